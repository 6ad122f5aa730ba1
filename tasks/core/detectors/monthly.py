"""What a day's place in its month adds to its cost.

Three things: what is charged near a month's edge, what is priced by the month, and jobs
that run on one day of the month. Each is learned from earlier months of the series.
A fee adds the same money on a Sunday as on a Monday, a job of all that runs adds the
same share; which of the two a series does is not known, so both are believed.

Known weakness: a job is known by the day's number alone, so one on the first Monday, or
one that a weekend delays, is none here.
"""

from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats, Panel, windows
from tasks.core.detectors.scale import from_scale, to_scale

# Days at either end of a month that are compared with the same days of earlier months.
MONTH_EDGE_DAYS = 3

LONG_MONTH = 31

# Each earlier month is read as a share of what is there and as an amount of money.
WAYS = 2

# Distance from level and weekday, on the scale, from which a day may have had a fee:
# what is less may be noise, which is no money of its own.
FEE = 0.4

# Months before in which a job is looked for on the same day, how far it must stand out,
# in spreads, in one of them and in both, and by what share of it the next one may
# differ.
JOB_MONTHS = 2
JOB = 6.0
JOB_TWICE = 4.0
JOB_SLACK = 0.25


Place = tuple[slice | NDArray[np.int64], list[int]]


class Apart(NamedTuple):
    """How far days lie from level and weekday, on the scale.

    Attributes:
        off: ``(n_series, n_days)`` the distance.
        base: Level and weekday, of the same shape.
        unit: Cost around which the scale turns from linear to logarithmic.
    """

    off: Floats
    base: Floats
    unit: float

    def before(self, place: Place, months: int, asked: Flags | None = None) -> Floats:
        """Return how far the same day of earlier months lay off, as it may do now.

        Args:
            place: Some series, and that day of each month, in order.
            months: Earlier months that are asked.
            asked: ``(n_some, n_months)`` which of them count; all, if not given.

        Returns:
            ``(n_some, n_months, WAYS * months)``: by the same share of the base, and
            by the same money.
        """
        off, base = self.off[place], self.base[place]
        if asked is not None:
            off = np.where(asked, off, np.nan)
        usual = from_scale(base, self.unit)
        money = _before(from_scale(base + off, self.unit) - usual, months, np.nan)
        # What fell by more than is there now fell to nothing.
        least = np.minimum(usual, 0.0)[..., None]
        cost = np.maximum(usual[..., None] + money, least)
        added = to_scale(cost, self.unit) - base[..., None]
        share = _before(off, months, np.nan)
        added = np.where(np.abs(share) >= FEE, added, share)
        return np.concatenate([share, added], axis=-1)


class Jobs(NamedTuple):
    """What jobs add to each day, on the scale; all ``(n_series, n_days)``.

    Attributes:
        sure: What is expected of them.
        below: What may be missing of that; not positive.
        above: What may come on top; not negative.
    """

    sure: Floats
    below: Floats
    above: Floats


def length(panel: Panel, level_days: int) -> Floats:
    """Return what a day costs more in a month that is shorter than that of the level.

    What is priced by the month costs more a day in a short one; whether a series is
    priced so is not known, so it may follow this or not.

    Returns:
        ``(n_days,)`` on the scale; 0 once the level is one of the same month.
    """
    now = share(panel)
    level = windows.earlier(windows.trailing_median(now, level_days, least=1))
    return np.asarray(np.nan_to_num(now - level)[0])


def share(panel: Panel) -> Floats:
    """Return a day's share of its month, on the scale, ``(1, n_days)``; read only."""
    return _share(panel.start, panel.n_days)


@lru_cache(maxsize=8)
def _share(start: date, n_days: int) -> Floats:
    days = [start + timedelta(days=column) for column in range(n_days)]
    lengths = [float(monthrange(day.year, day.month)[1]) for day in days]
    found = np.asarray(-np.log(np.array([lengths])))
    found.setflags(write=False)
    return found


def edges(panel: Panel, apart: Apart, months: int) -> tuple[Floats, Floats]:
    """Return what earlier months say about days near a month's edge.

    Args:
        panel: Names the days.
        apart: How far they lie from level and weekday.
        months: Earlier months that are asked.

    Returns:
        Two arrays. The first is what all of two or more earlier months agree on: the
        smallest deviation of theirs, if they have the same sign. The second is what
        the largest of them adds to it: the day may follow it or not.
    """
    sure = np.zeros(apart.off.shape)
    maybe = np.zeros(apart.off.shape)
    for columns in _edges(panel.start, panel.n_days):
        asked = apart.before((slice(None), columns), months)
        sure[:, columns], maybe[:, columns] = _agreed(asked)
    return sure, maybe


def jobs(panel: Panel, apart: Apart, spread: Floats, edge: Floats) -> Jobs:
    """Return what comes on one day of the month, away from most months' edges.

    A day on which both months before stood out is expected to do so again. Where only
    one of them did it may have been an accident: a day is excused up to as much, and
    nothing is expected. That needs a day that stood out alone, for a level that began
    a month ago is no job.

    Args:
        panel: Names the days.
        apart: How far they lie from level and weekday.
        spread: ``(n_series, n_days)`` the noise of each day.
        edge: What is expected of a month's edge, of the same shape: it is not expected
            twice of a day that is near one in a short month.
    """
    sure, maybe = np.zeros(spread.shape), np.zeros(spread.shape)
    way = np.sign(apart.off) * (np.abs(apart.off) >= JOB * spread)
    is_alone = _alone(way)
    stands_out = np.abs(apart.off) >= JOB_TWICE * spread
    for columns in _middles(panel.start, panel.n_days):
        # Most series have no such day: the others alone are asked.
        is_far = stands_out[:, columns]
        some = np.flatnonzero(is_far.any(axis=1))
        if not some.size:
            continue
        own = some[:, None], columns
        asked = apart.before(own, JOB_MONTHS, is_far[some])
        is_job = np.isfinite(asked).all(axis=-1)
        is_job |= _before(is_alone[own], JOB_MONTHS, False).any(axis=-1)
        is_job &= edge[own] == 0
        rows, turns = np.nonzero(is_job)
        place = some[rows], np.array(columns)[turns]
        sure[place], maybe[place] = _agreed(asked[rows, turns])
    slack = JOB_SLACK * np.abs(sure + maybe)
    return Jobs(sure, np.minimum(maybe, 0.0) - slack, np.maximum(maybe, 0.0) + slack)


def _alone(way: Floats) -> Flags:
    """Return the days that stand out where neither neighbour does in the same way.

    The newest day has a neighbour that is unknown.

    Args:
        way: ``(n_series, n_days)`` 1 or -1 where a day stands out, else 0 or NaN.
    """
    before = np.pad(way, ((0, 0), (1, 0)))[:, :-1]
    after = np.pad(way, ((0, 0), (0, 1)), constant_values=np.inf)[:, 1:]
    is_out = np.abs(way) == 1
    return np.asarray(is_out & (before != way) & (after != way) & ~np.isinf(after))


def _before(days: Floats | Flags, months: int, nothing: float) -> Floats:
    """Return the same day of the months before each, ``(n_series, n_days, months)``."""
    padded = np.pad(days[:, :-1], ((0, 0), (months, 0)), constant_values=nothing)
    return np.lib.stride_tricks.sliding_window_view(padded, months, axis=1)


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
    """Return the columns of each day that is no edge of a long month, by its number."""
    found: dict[int, list[int]] = defaultdict(list)
    for column in range(n_days):
        number = (start + timedelta(days=column)).day
        if MONTH_EDGE_DAYS < number <= LONG_MONTH - MONTH_EDGE_DAYS:
            found[number].append(column)
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
    """Return what earlier months agree on, and what the furthest of them adds.

    Args:
        asked: What each of them says, and once more read in another way.
    """
    known = np.isfinite(asked)
    least = np.where(known, asked, np.inf).min(axis=-1)
    most = np.where(known, asked, -np.inf).max(axis=-1)
    agreed = np.where(least > 0, least, np.where(most < 0, most, 0.0))
    sure = np.where(known.sum(axis=-1) > WAYS, agreed, 0.0)
    # Whichever way the earlier months went furthest.
    seen = np.where(known.any(axis=-1), np.where(-least > most, least, most), 0.0)
    return sure, seen - sure
