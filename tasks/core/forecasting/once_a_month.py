"""What a series costs on one day of each month, beside what it always costs."""

from dataclasses import dataclass

import numpy as np

from tasks.core.detectors import Flags, Floats
from tasks.core.forecasting.calendar_days import Ints, Places
from tasks.core.forecasting.declaration import Projection

# What comes once a month must stand out by so many typical deviations.
STANDS_OUT = 5.0
# Where so many months or more all agree, less is enough.
ALL_OF = 3
AGREED = 2.0
TRIFLE = 1e-9
# The longest month, and the days that may be counted from its end instead.
LONGEST_MONTH = 31
FROM_END = 3


@dataclass(frozen=True, slots=True)
class Once:
    """What comes once a month.

    Attributes:
        ahead: ``(n_series, horizon)`` what it adds to each day to come.
        seen: ``(n_series, n_days)`` earlier days on which it came.
    """

    ahead: Floats
    seen: Flags


def find(
    surprise: Floats,
    where: Places,
    deviation: Floats,
    is_late: Flags,
    params: Projection,
) -> Once:
    """Find what came on the same day of the last months, from either end of them."""
    n_series, n_days = surprise.shape
    horizon = len(where.day) - n_days
    ahead = np.zeros((n_series, horizon))
    seen = np.zeros(surprise.shape, dtype=np.bool_)
    least = np.where(is_late, 1, 2)
    near, far = (
        np.maximum(times * deviation, TRIFLE) for times in (AGREED, STANDS_OUT)
    )
    by_day = np.ascontiguousarray(surprise.T)
    size = np.abs(by_day)
    is_near, is_far = size > near, size > far
    may_agree = is_near | np.isnan(by_day)
    # From the end every month must agree: the 28th is at times the last day but two.
    counted = ((where.days_left, FROM_END, 1.0), (where.day, LONGEST_MONTH + 1, 0.5))
    for place, limit, share in counted:
        for value in range(limit):
            before = np.flatnonzero(place[:n_days] == value)[-params.months :]
            coming = np.flatnonzero(place[n_days:] == value)
            if not before.size:
                continue
            # Whatever comes again has come in the newest month, and either stood out
            # there or came in all others that are known.
            newest = before[-1]
            is_asked = is_far[newest] | may_agree[before].all(axis=0)
            rows = np.flatnonzero(is_near[newest] & is_asked)
            if not rows.size:
                continue
            asked = by_day[before[:, None], rows].T
            found = _agreed(asked, near[rows], far[rows], least[rows], share)
            is_new = (found != 0) & ~seen[rows[:, None], before].any(axis=1)
            if not is_new.any():
                continue
            rows, found = rows[is_new, None], found[is_new, None]
            taken = ahead[rows, coming]
            ahead[rows, coming] = np.where(taken == 0, found, taken)
            seen[rows, before] = True
    return Once(ahead, seen)


def _agreed(
    asked: Floats, near: Floats, far: Floats, least: Ints, share: float
) -> Floats:
    """Return what stands out in enough months, or a little in all; else 0.

    Args:
        asked: ``(n_series, n_months)`` how far the same day of each month lies off.
        near: ``(n_series,)`` how far is a little.
        far: How far stands out.
        least: Months in which it must.
        share: Of the known months in which it must.
    """
    known = np.isfinite(asked)
    count = known.sum(axis=1)
    values = np.where(known, asked, 0.0)
    newest = values[:, -1]
    along = values * np.sign(newest)[:, None]
    stands = (along > far[:, None]).sum(axis=1)
    enough = (stands >= least) & (stands >= share * count) & (np.abs(newest) > far)
    every = (along > near[:, None]).sum(axis=1) == np.maximum(count, ALL_OF)
    mean = values.sum(axis=1) / np.maximum(count, 1)
    return np.where(enough, newest, np.where(every, mean, 0.0))
