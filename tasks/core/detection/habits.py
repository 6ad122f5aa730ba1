"""Days that are new to the last weeks, but not to the series or to its company.

Such a day begins nothing: a series that returns to its older level or weekday ends
something, whose beginning was told; and on a holiday much of a company rests.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats, windows
from tasks.core.detectors.seasonal import Season
from tasks.core.hierarchy.adding import added

# Robust deviations within which a level is the same as an older one.
SAME = 3.0

# Days before a day on which an older level is looked up; the weekday is the same.
OLDER_LEVELS = (28, 56)

# Days from the first that is judged on which its last week before that is no news.
YOUNG = 14

# How much cheaper the quietest weekday must be, on the logarithmic scale, for a series
# to rest at weekends; and how many such series must fall together for a holiday.
RESTS = 0.1
HOLIDAY_SHARE = 0.3
FEW = 3


@dataclass(frozen=True, slots=True)
class Habit:
    """What each series did before; every array is ``(n_series, n_days)``.

    Attributes:
        returned: The day is back at an older level, or at an older habit of its
            weekday.
        is_within: It lies between what the quietest and the busiest weekday cost.
        falls: It is cheaper than usual.
        rests: The series is cheaper on some weekday.
    """

    returned: Flags
    is_within: Flags
    falls: Flags
    rests: Flags


def habit(season: Season, warm_up_days: int) -> Habit:
    """Return what a season says of each day.

    Args:
        season: What is normal for each day.
        warm_up_days: Days that a series must have before it is judged.
    """
    reach = SAME * season.spread
    returned = np.zeros(season.scaled.shape, dtype=np.bool_)
    for back in OLDER_LEVELS:
        level = windows.earlier(season.level, back) + season.offset
        weekday = season.level + windows.earlier(season.offset, back)
        for older in (level, weekday):
            returned |= np.abs(season.scaled - older - season.sure) <= reach
    returned |= np.abs(season.scaled - _while_young(season, warm_up_days)) <= reach
    quietest, busiest = season.offset, season.offset
    for back in range(1, 7):
        offset = windows.earlier(season.offset, back)
        quietest, busiest = np.fmin(quietest, offset), np.fmax(busiest, offset)
    return Habit(
        returned=returned,
        is_within=(season.scaled >= season.level + quietest - reach)
        & (season.scaled <= season.level + busiest + reach),
        falls=season.scaled < season.low - reach,
        rests=quietest <= -RESTS,
    )


def _while_young(season: Season, warm_up_days: int) -> Floats:
    """Return what a series cost in its last week before it was judged.

    What began then, or ended, does not begin on the first day that is judged. NaN once
    the level has half forgotten it.
    """
    age = windows.age(season.scaled)
    last = (age >= warm_up_days - 1).argmax(axis=1)[:, None]
    week = np.take_along_axis(season.week, last, axis=1)
    is_new = (age >= warm_up_days) & (age < warm_up_days + YOUNG)
    return np.where(is_new, week, np.nan)


def no_news(habits: Habit, accounts: NDArray[np.int64]) -> Flags:
    """Return the days that begin nothing.

    On a holiday a weekday lies between weekday and weekend. An account with few series
    that rest at weekends cannot tell; there every day as cheap as a weekend is excused,
    but none that is dearer.
    """
    is_few = _able(habits, accounts) < FEW
    is_off = days_off(habits, accounts)
    excused = is_off[accounts] | (is_few[accounts] & habits.falls)
    return np.asarray(habits.returned | (habits.is_within & excused))


def days_off(habits: Habit, accounts: NDArray[np.int64]) -> Flags:
    """Return the days on which much of an account rests, ``(n_accounts, n_days)``."""
    able = _able(habits, accounts)
    resting = per_account(habits.falls & habits.rests, accounts)
    return np.asarray((able >= FEW) & (resting >= HOLIDAY_SHARE * able))


def _able(habits: Habit, accounts: NDArray[np.int64]) -> Floats:
    """Return how many series of each account rest on some weekday."""
    return per_account(habits.rests, accounts)


def per_account(
    days: Flags | Floats, accounts: NDArray[np.int64], counts: Flags | None = None
) -> Floats:
    """Return sums over the series of each account, ``(n_accounts, n_days)``.

    Args:
        days: ``(n_series, n_days)``; what is NaN adds nothing.
        accounts: ``(n_series,)`` the account of each.
        counts: ``(n_series,)`` which of them count; all, if not given.
    """
    sums = np.zeros((int(accounts.max(initial=-1)) + 1, days.shape[1]))
    for account in range(len(sums)):
        is_own = accounts == account
        rows = is_own if counts is None else is_own & counts
        sums[account] = added(days, np.flatnonzero(rows), np.nansum)
    return sums
