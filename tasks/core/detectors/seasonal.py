"""A robust expectation that knows the weekday, the month end and the level.

Works on a scale that is linear for small and logarithmic for large costs, so that a
series may grow without its noise growing on that scale, and may still be zero.

Known weaknesses: a slow drift moves the level and is seen late (``drift`` looks for
it); a job that runs every other week, or on the third Tuesday, surprises it each time
until its noise is counted as spread; a series younger than ``warm_up_days`` is not
judged.
"""

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from tasks.core.detectors import Floats, Panel, Scores, windows
from tasks.core.findings.detection import Seasonality

# Scales the median absolute deviation to the standard deviation of a normal
# distribution: 1 / Φ⁻¹(3/4).
MAD_TO_SIGMA = 1.4826

# Days at either end of a month that are compared with the same days of earlier months.
MONTH_EDGE_DAYS = 3

# Months in a row in which a job stands out on the same day before it is expected, and
# how far it must, in spreads.
JOB_MONTHS = 2
JOB = 6.0

# The band that is shown reaches this many spreads to either side.
BAND = 3.0


@dataclass(frozen=True, slots=True)
class Season:
    """What is normal for each day, on the scale; arrays are ``(n_series, n_days)``.

    Attributes:
        scaled: The day itself.
        week: Median of the last seven days, the day itself among them.
        level: Level of the days before it, free of the weekday.
        offset: What its weekday adds.
        sure: What its place in the month adds.
        below: What its place in the month may take away; not positive.
        above: What its place in the month may add; not negative.
        spread: Noise of the days before it, as a standard deviation.
    """

    scaled: Floats
    week: Floats
    level: Floats
    offset: Floats
    sure: Floats
    below: Floats
    above: Floats
    spread: Floats

    @property
    def centre(self) -> Floats:
        """The expectation."""
        return self.level + self.offset + self.sure

    @property
    def low(self) -> Floats:
        """Lower end of what is normal without any noise."""
        return self.centre + self.below

    @property
    def high(self) -> Floats:
        """Upper end of what is normal without any noise."""
        return self.centre + self.above

    @property
    def surprise(self) -> Floats:
        """How far the day lies beyond either end."""
        return self.scaled - np.clip(self.scaled, self.low, self.high)


class Seasonal:
    """Robust z-score against level, weekday and position in the month."""

    name = "seasonal"

    def __init__(self, params: Seasonality | None = None) -> None:
        """Keep the parameters; see ``Seasonality`` for what they mean."""
        self.params = params or Seasonality()

    def score(self, panel: Panel) -> Scores:
        """Score each day in robust deviations from its expectation.

        Returns:
            ``score`` is a signed robust z-score. Where a day lies between what its
            weekday and what its place in the month suggest, it is 0.
        """
        return self.scores(panel, self.season(panel))

    def scores(self, panel: Panel, season: Season) -> Scores:
        """Return the scores of a panel whose season is known already."""
        unit = self.params.unit
        reach = BAND * season.spread
        is_judged = windows.age(panel.costs) >= self.params.warm_up_days
        return Scores(
            expected=from_scale(season.centre, unit),
            low=from_scale(season.low - reach, unit),
            high=from_scale(season.high + reach, unit),
            score=np.where(is_judged, season.surprise / season.spread, np.nan),
        )

    def season(self, panel: Panel) -> Season:
        """Return what is normal for each day, from earlier days alone."""
        params = self.params
        scaled = to_scale(panel.costs, params.unit)
        week = windows.trailing_median(scaled, 7, least=4)
        offset = windows.same_weekday_median(scaled - week, params.weeks, least=2)
        offset = np.nan_to_num(offset)
        level = windows.earlier(
            windows.trailing_median(
                scaled - offset, params.level_days, least=params.level_days // 2
            )
        )
        sure, maybe = month_effect(panel, scaled - level - offset, params.months)
        shorter = month_length_effect(panel, params.level_days)
        below = np.minimum(np.minimum(maybe, shorter), 0.0)
        above = np.maximum(np.maximum(maybe, shorter), 0.0)
        quiet = np.ones(scaled.shape)
        season = Season(scaled, week, level, offset, sure, below, above, quiet)
        # Where a range is excused the rest of a deviation says little of the noise.
        is_plain = below == above
        noise = np.where(is_plain, season.surprise, np.nan)
        season = replace(season, spread=self._spread(noise))
        sure, maybe = monthly_jobs(panel, scaled - level - offset, season.spread)
        return replace(
            season,
            sure=season.sure + sure,
            below=season.below + np.minimum(maybe, 0.0),
            above=season.above + np.maximum(maybe, 0.0),
        )

    def _spread(self, surprise: Floats) -> Floats:
        """Return the noise of the days before each day, all weekdays pooled.

        One weekday alone has too few days: a spread from eight values calls one
        normal day in thirty an outlier at four deviations.
        """
        params = self.params
        typical = windows.trailing_median(
            np.abs(surprise),
            params.spread_days,
            least=params.level_days // 2,
            every=7,
        )
        spread = MAD_TO_SIGMA * windows.earlier(typical)
        return np.maximum(spread, params.smallest_spread)


def to_scale(costs: Floats, unit: float) -> Floats:
    """Return costs on a scale that is linear below ``unit`` and logarithmic above.

    Examples:
        >>> np.round(to_scale(np.array([[0.0, 100.0, 110.0]]), 1.0), 3)
        array([[0.   , 5.298, 5.394]])
    """
    return np.arcsinh(costs / unit)


def from_scale(scaled: Floats, unit: float) -> Floats:
    """Return the costs that ``to_scale`` was given."""
    return np.sinh(scaled) * unit


def month_length_effect(panel: Panel, level_days: int) -> Floats:
    """Return what a day costs more in a month that is shorter than that of the level.

    What is priced by the month costs more a day in a short one; whether a series is
    priced so is not known, so it may follow this or not.

    Returns:
        ``(n_days,)`` on the scale; 0 once the level is one of the same month.
    """
    share = month_share(panel)
    level = windows.earlier(windows.trailing_median(share, level_days, least=1))
    return np.asarray(np.nan_to_num(share - level)[0])


def month_share(panel: Panel) -> Floats:
    """Return a day's share of its month, on the scale, ``(1, n_days)``."""
    days = [panel.day(column) for column in range(panel.n_days)]
    lengths = [float(monthrange(day.year, day.month)[1]) for day in days]
    return np.asarray(-np.log(np.array([lengths])))


def month_effect(panel: Panel, surprise: Floats, months: int) -> tuple[Floats, Floats]:
    """Return what earlier months say about days near a month's edge.

    Args:
        panel: Names the days.
        surprise: ``(n_series, n_days)`` deviation from level and weekday.
        months: Earlier months that are asked.

    Returns:
        Two arrays. The first is what all of two or more earlier months agree on: the
        smallest deviation of theirs, if they have the same sign. The second is what
        the largest of them adds to it: the day may follow it or not.
    """
    sure = np.zeros(surprise.shape)
    maybe = np.zeros(surprise.shape)
    for columns in _edges(panel.start, panel.n_days):
        before = np.full((len(surprise), months), np.nan)
        told = np.concatenate([before, surprise[:, columns[:-1]]], axis=1)
        asked = np.lib.stride_tricks.sliding_window_view(told, months, axis=1)
        sure[:, columns], maybe[:, columns] = _agreed(asked)
    return sure, maybe


def monthly_jobs(
    panel: Panel, surprise: Floats, spread: Floats
) -> tuple[Floats, Floats]:
    """Return what comes on one day of the month, away from the month's edges.

    A day tells of it that stood out in both months before, on the same day and in the
    same direction; one month alone may have been an accident.

    Args:
        panel: Names the days.
        surprise: ``(n_series, n_days)`` deviation from level and weekday.
        spread: The noise of each day, of the same shape.

    Returns:
        As ``month_effect`` does: what both months agree on, and what the larger of
        them adds to it.
    """
    sure = np.zeros(surprise.shape)
    maybe = np.zeros(surprise.shape)
    stands_out = np.abs(surprise) >= JOB * spread
    for columns in _middles(panel.start, panel.n_days):
        days = np.array(columns)
        asked = [days[turn : turn - JOB_MONTHS] for turn in range(JOB_MONTHS)]
        agree = np.logical_and.reduce([stands_out[:, before] for before in asked])
        rows, turns = np.nonzero(agree)
        told = [surprise[rows, before[turns]] for before in asked]
        place = rows, days[JOB_MONTHS:][turns]
        sure[place], maybe[place] = _agreed(np.stack(told, axis=1))
    is_job = sure != 0
    return sure, np.where(is_job, maybe, 0.0)


@lru_cache(maxsize=8)
def _edges(start: date, n_days: int) -> list[list[int]]:
    """Return the columns of each of the first and last days of months."""
    found: dict[int, list[int]] = defaultdict(list)
    for column in range(n_days):
        place = _place(start + timedelta(days=column))
        if place is not None:
            found[place].append(column)
    return list(found.values())


@lru_cache(maxsize=8)
def _middles(start: date, n_days: int) -> list[list[int]]:
    """Return the columns of each other day of months, by its number."""
    found: dict[int, list[int]] = defaultdict(list)
    for column in range(n_days):
        day = start + timedelta(days=column)
        if _place(day) is None:
            found[day.day].append(column)
    return list(found.values())


def _place(day: date) -> int | None:
    """Return 1, 2, 3 for the first days of a month, -1, -2, -3 for its last."""
    if day.day <= MONTH_EDGE_DAYS:
        return day.day
    for back in range(1, MONTH_EDGE_DAYS + 1):
        if (day + timedelta(days=back)).day == 1:
            return -back
    return None


def _agreed(asked: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(asked)
    least = np.where(known, asked, np.inf).min(axis=-1)
    most = np.where(known, asked, -np.inf).max(axis=-1)
    agreed = np.where(least > 0, least, np.where(most < 0, most, 0.0))
    sure = np.where(known.sum(axis=-1) > 1, agreed, 0.0)
    # Whichever way the earlier months went furthest.
    seen = np.where(known.any(axis=-1), np.where(-least > most, least, most), 0.0)
    return sure, seen - sure
