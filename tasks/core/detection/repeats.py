"""What came so often lately that it is no news.

A job that runs every other week, or work that goes on and off, surprises a level and a
weekday each time. Told twice, it is known: a third time within a quarter, as large and
in the same direction, is a habit of the series.

Known weakness: a fault that comes back is told twice, too, and then only when it grows.
"""

import numpy as np

from tasks.core.detectors import Flags, Floats
from tasks.core.detectors.scale import to_scale

# Days before a day that are asked, in how many runs of them something as large came,
# and from which share of it on it counts as that.
QUARTER = 84
TIMES = 2
ALIKE = 0.8
WEEK = 7


def is_repeat(costs: Floats, expected: Floats, days: Flags, unit: float) -> Flags:
    """Return those of some days that are like others of the quarter before.

    Either they lie as far from what was expected, or, for what is expected of work that
    goes on and off jumps with it, they cost what their weekday did.

    Args:
        costs: ``(n_series, n_days)``; NaN on days off, which are no habit of others.
        expected: What was expected of each day, of the same shape; NaN where the series
            was too young, which is held against what its first weekdays were expected
            to be once they were: a weekly job is no surprise that came every week.
        days: The days that are asked for, of the same shape; few.
        unit: Cost around which the scale turns from linear to logarithmic.
    """
    rows, columns = np.nonzero(days)
    places = columns[:, None] + np.arange(-QUARTER, 1)
    inside = np.maximum(places, 0)
    scaled = to_scale(costs[rows[:, None], inside], unit)
    scaled[places < 0] = np.nan
    first = np.isfinite(expected).argmax(axis=1)[rows, None]
    inside = np.where(inside < first, first + (inside - first) % WEEK, inside)
    usual = expected[rows[:, None], np.minimum(inside, columns[:, None])]
    usual[inside > columns[:, None]] = np.nan
    off = scaled - to_scale(usual, unit)
    before, now = off[:, :-1], off[:, -1:]
    beside = scaled - to_scale(usual[:, -1:], unit)
    weekday = beside[:, :-1][:, ::WEEK]
    found = np.zeros(days.shape, dtype=np.bool_)
    found[rows, columns] = _often(before, now) | _often(weekday, now)
    return found


def _often(before: Floats, now: Floats) -> Flags:
    """Return where runs of days before lay about as far out, often enough."""
    is_alike = np.sign(now) * before >= ALIKE * np.abs(now)
    begins = is_alike & ~np.pad(is_alike, ((0, 0), (1, 0)))[:, :-1]
    return np.asarray(begins.sum(axis=1) >= TIMES)
