"""What a day's place in its month adds to its cost.

Three things: what is charged near a month's edge, what is priced by the month, and jobs
that run on one day of the month. Each is learned from earlier months of the series.

Known weakness: a job is known by the day's number alone, so one on the first Monday, or
one that a weekend delays, is none here.
"""

from calendar import monthrange
from collections import defaultdict
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tasks.core.detectors import Flags, Floats, Panel, windows

# Days at either end of a month that are compared with the same days of earlier months.
MONTH_EDGE_DAYS = 3

# Months before in which a job is looked for on the same day, how far it must stand out,
# in spreads, and by what share of it the next one may differ.
JOB_MONTHS = 2
JOB = 6.0
JOB_SLACK = 0.25


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


def edges(panel: Panel, surprise: Floats, months: int) -> tuple[Floats, Floats]:
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
        asked = _before(surprise[:, columns], months, np.nan)
        sure[:, columns], maybe[:, columns] = _agreed(asked)
    return sure, maybe


def jobs(panel: Panel, surprise: Floats, spread: Floats) -> Jobs:
    """Return what comes on one day of the month, away from the month's edges.

    A day on which both months before stood out is expected to do so again. Where only
    one of them did it may have been an accident: a day is excused up to as much, and
    nothing is expected. That needs a day that stood out alone, for a level that began
    a month ago is no job.

    Args:
        panel: Names the days.
        surprise: ``(n_series, n_days)`` deviation from level and weekday.
        spread: The noise of each day, of the same shape.
    """
    sure, maybe = np.zeros(surprise.shape), np.zeros(surprise.shape)
    stands_out = np.abs(surprise) >= JOB * spread
    is_alone = _alone(stands_out)
    for columns in _middles(panel.start, panel.n_days):
        # Most series have no such day: the others alone are asked.
        is_far = stands_out[:, columns]
        some = np.flatnonzero(is_far.any(axis=1))
        if not some.size:
            continue
        own = some[:, None], columns
        far = np.where(is_far[some], surprise[own], np.nan)
        asked = _before(far, JOB_MONTHS, np.nan)
        is_job = np.isfinite(asked).all(axis=-1)
        is_job |= _before(is_alone[own], JOB_MONTHS, False).any(axis=-1)
        rows, turns = np.nonzero(is_job)
        place = some[rows], np.array(columns)[turns]
        sure[place], maybe[place] = _agreed(asked[rows, turns])
    slack = JOB_SLACK * np.abs(sure + maybe)
    return Jobs(sure, np.minimum(maybe, 0.0) - slack, np.maximum(maybe, 0.0) + slack)


def _alone(days: Flags) -> Flags:
    """Return the days whose neighbours are not; the newest has one that is unknown."""
    before = np.pad(days, ((0, 0), (1, 0)))[:, :-1]
    after = np.pad(days, ((0, 0), (0, 1)), constant_values=True)[:, 1:]
    return np.asarray(days & ~before & ~after)


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
