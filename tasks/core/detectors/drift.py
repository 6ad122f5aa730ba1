"""Slow movement: days that lead ever further away from where the series has been.

The last days are weighed like a line that rises from nothing, so that the newest count
most, and are held against a level of before: the median that the seasonal expectation
had when the window began. That one does not follow the movement as the expectation of
the day does. What counts is how far they lie beyond all levels of the weeks before, so
that a slow wave, or a return, is none; beyond how the series has grown all along; and
beyond what the length of a month explains.

Known weakness: what wanders for months reaches new levels without any cause; and in a
noisy series it takes as long as noise makes it, see docs/methods/drift.md. A movement
that is as well explained by one step is left to the other detectors.

Source:
    Page, "Continuous Inspection Schemes", Biometrika 41 (1954), for sums over the last
    days; Willsky and Jones, "A Generalized Likelihood Ratio Approach to the Detection
    and Estimation of Jumps in Linear Systems", IEEE Transactions on Automatic Control
    21 (1976), for windows of which the one that fits best speaks.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection.declaration import Drift, Seasonality
from tasks.core.detectors import Flags, Floats, Panel, Scores, lines, monthly, windows
from tasks.core.detectors.scale import from_scale
from tasks.core.detectors.seasonal import Season, Seasonal

# Days that are weighed; the window that tells more speaks. The last one is the longest.
LONGEST = lines.WIDTH
SHORTEST = LONGEST // 2
WINDOWS = (SHORTEST, LONGEST)

# Spreads that one day may lie away from the expectation of the day.
CLIP = 4.0

# Twelve weeks before the window, whose levels it has to leave behind: each of these
# lags doubles the reach of a running maximum.
LAGS = (12, 24, 48)

# Days that a series must have: its window, and most of the weeks before.
WARM_UP_DAYS = 70

# Days over each of which growth is measured.
MONTH = 28

# Days by which the level lags behind: it is a median over twice as many.
LAG = 10

# How far a line from nothing has come by its last day, in the weighted means.
REACH = tuple(3 * n / (2 * n + 1) for n in WINDOWS)

# Share of what tells a drift that lets it go on, so many days after it was told.
GOES_ON = 0.5
APART = 3

# Spreads that the short window usually lies from the level before it, up to which the
# noise of single days explains it: 1.3 times what independent days give. Beyond, days
# hang together, and more evidence is asked for.
RESTLESS = 0.5


# On what share of a quarter's days a series must cost so many times what it did a week
# before, or so much less, to be one that goes on and off.
OFTEN, QUARTER = 0.2, 84
JUMP = 3.0
WEEK = 7


class Moved(NamedTuple):
    """What one window says of each day; both ``(n_series, n_days)``, signed.

    Attributes:
        evidence: How far its days lie beyond older levels, in their own noise.
        off: How far they lie from the level before them, on the scale.
    """

    evidence: Floats
    off: Floats

    def only(self, rows: NDArray[np.int64]) -> "Moved":
        """Return what it says of some series."""
        return Moved(self.evidence[rows], self.off[rows])


class Before(NamedTuple):
    """What was before each day, on the scale; all ``(n_series, n_days)``.

    Attributes:
        level: The level.
        high: The highest of the weeks before.
        low: The lowest.
        growth: How much a day adds as a rule.
    """

    level: Floats
    high: Floats
    low: Floats
    growth: Floats


class Drifting:
    """Weighs the last days against the levels of the weeks before."""

    name = "drift"

    def __init__(
        self, params: Drift | None = None, seasonality: Seasonality | None = None
    ) -> None:
        """Keep the parameters; the seasonality says on which scale costs are."""
        self.params = params or Drift()
        self.seasonality = seasonality or Seasonality()

    def score(self, panel: Panel) -> Scores:
        """Score each day by how far the last weeks have moved.

        Returns:
            ``score`` is the least of three: the movement in ``percent``, the evidence
            in ``evidence``, and how steep the days are; 1 is exactly enough, and 0
            where a step explains them better, or where it would be less than
            ``GOES_ON``. ``expected`` is the level before the longest window, grown as
            it grew before; it and its band are known where the score is not 0.
        """
        return self.scores(panel, Seasonal(self.seasonality).season(panel))

    def scores(self, panel: Panel, season: Season) -> Scores:
        """Return the scores of a panel whose season is known already."""
        days = season.level + season.surprise
        calm = _calm(season)
        before = _before(season.level)
        share = monthly.share(panel)
        lengths = windows.earlier(
            windows.trailing_median(share, self.seasonality.level_days, least=1)
        )
        short, long = (
            _moved(mean, before, season.spread, n, _longer(whole, lengths, n))
            for mean, whole, n in zip(
                lines.means(calm, WINDOWS),
                lines.means(share, WINDOWS),
                WINDOWS,
                strict=True,
            )
        )
        score = self._score(short, long, 1.0)
        # What restlessness takes away is asked of those alone that it may matter to.
        some = np.flatnonzero((np.abs(score) >= GOES_ON).any(axis=1))
        usual = _restless(short.off[some] / season.spread[some])
        score[some] = self._score(short.only(some), long.only(some), usual)
        asked = np.abs(score) >= GOES_ON
        start = windows.earlier(before.level, LONGEST - 1)
        slope = lines.steepness(days, start, season.spread, asked)
        score[~asked] = 0.0
        score[asked] = np.sign(score[asked]) * np.minimum(np.abs(score[asked]), slope)
        is_known = (
            (windows.age(panel.costs) >= WARM_UP_DAYS)
            & np.isfinite(panel.costs)
            & _is_whole(season.level)
            & ~_comes_and_goes(season.scaled)
        )
        score = _held(np.where(is_known, score, np.nan))
        grown = windows.earlier(before.growth, LONGEST - 1) * (LONGEST + LAG)
        expected = start + grown + season.offset + season.sure
        return self._with_band(expected, score)

    def _score(self, short: Moved, long: Moved, usual: Floats | float) -> Floats:
        """Return the lesser of evidence and movement, each of what is asked of it."""
        is_short = np.abs(short.evidence) > np.abs(long.evidence)
        evidence = np.where(is_short, short.evidence, long.evidence)
        far = np.where(is_short, short.off * REACH[0], long.off * REACH[1])
        bound = np.log1p(self.params.percent / 100)
        evidence = evidence / (self.params.evidence * usual)
        least = np.minimum(np.abs(evidence), np.abs(far) / bound)
        return np.asarray(np.sign(evidence) * least)

    def _with_band(self, expected: Floats, score: Floats) -> Scores:
        reach = np.log1p(self.params.percent / 100)
        is_told = np.abs(score) > 0
        told = expected[is_told]

        def on_days(ends: Floats) -> Floats:
            days = np.full(score.shape, np.nan)
            days[is_told] = from_scale(ends, self.seasonality.unit)
            return days

        return Scores(
            on_days(told), on_days(told - reach), on_days(told + reach), score
        )


def _held(score: Floats) -> Floats:
    """Return the scores, at least 1 on days on which a drift that was told goes on."""
    held = score.copy()
    for row in np.flatnonzero((np.abs(score) >= 1).any(axis=1)):
        last, sign = -APART, 0.0
        for day in np.flatnonzero(np.abs(score[row]) >= GOES_ON):
            now = score[row, day]
            if abs(now) >= 1:
                last, sign = int(day), np.sign(now)
            elif day - last <= APART and np.sign(now) == sign:
                held[row, day], last = sign, int(day)
    return held


def _calm(season: Season) -> Floats:
    """Return each day without weekday and month's edge, wild ones brought nearer.

    A day that is not known is as its level was.
    """
    most = CLIP * season.spread
    off = np.nan_to_num(np.clip(season.surprise, -most, most))
    return np.asarray(np.nan_to_num(season.level + off))


def _before(level: Floats) -> Before:
    """Return levels and growth of the weeks before each day."""
    high = low = level
    for lag in LAGS:
        high = np.fmax(high, windows.earlier(high, lag))
        low = np.fmin(low, windows.earlier(low, lag))
    lately = level - windows.earlier(level, MONTH)
    earlier = windows.earlier(lately, MONTH)
    # Growth is what two months in a row had in common.
    size = np.minimum(np.abs(lately), np.abs(earlier)) / MONTH
    is_same = np.sign(lately) == np.sign(earlier)
    growth = np.where(is_same, np.sign(lately) * size, 0.0)
    return Before(level, high, low, np.nan_to_num(growth))


def _moved(
    mean: Floats, before: Before, spread: Floats, n: int, longer: Floats
) -> Moved:
    """Hold the last ``n`` days, weighed 1, 2, 3 …, against what was before them.

    Args:
        mean: ``(n_series, n_days)`` of the days, see ``_calm`` and ``lines.means``.
        before: What was before each of them.
        spread: The noise of a day.
        n: Days in the window.
        longer: ``(n_days,)`` what the length of months adds to the window.
    """
    place = np.arange(1, n + 1)
    weight, square = float(place.sum()), float((place**2).sum())
    grown = before.growth * float((place * (place + LAG)).sum() / weight)
    high = windows.earlier(before.high + np.maximum(grown, 0.0), n - 1)
    low = windows.earlier(before.low + np.minimum(grown, 0.0), n - 1)
    high += np.maximum(longer, 0.0)
    low += np.minimum(longer, 0.0)
    beyond = mean - np.clip(mean, low, high)
    # The level is a median of 21 days, with the variance of 21 / 1.57 of them.
    noise = spread * np.sqrt(square / weight**2 + 1.57 / 21)
    off = mean - windows.earlier(before.level + grown, n - 1)
    return Moved(beyond / noise, off)


def _restless(off: Floats) -> Floats:
    """Return how much more the last days usually lie apart than noise explains."""
    typical = windows.trailing_median(np.abs(off[:, ::4]), 30, least=8, every=2)
    days = np.repeat(typical, 4, axis=1)[:, : off.shape[1]]
    return np.fmax(windows.earlier(days) / RESTLESS, 1.0)


def _comes_and_goes(scaled: Floats) -> Flags:
    """Return where work goes on and off, so that there is no line through its days."""
    jumps = np.abs(scaled - windows.earlier(scaled, WEEK)) > np.log(JUMP)
    return np.asarray(windows.count_before(jumps, QUARTER) >= OFTEN * QUARTER)


def _longer(share: Floats, level: Floats, n: int) -> Floats:
    """Return what months add to the last ``n`` days, beside the level before them."""
    added = share - windows.earlier(level, n - 1)
    return np.asarray(np.nan_to_num(added)[0])


def _is_whole(level: Floats) -> Flags:
    """Return where the level is known on all days of the longest window."""
    known = np.cumsum(np.isfinite(level), axis=1)
    return np.asarray(
        known - windows.earlier(known.astype(np.float64), LONGEST) >= LONGEST
    )
