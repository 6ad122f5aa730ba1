"""Days on which much of a billing account moves the same way: one cause, not many.

On a public holiday, in a sale or in an outage many series of an account rise or fall
together, whether or not they rest at weekends. A series that moves as they do tells
nothing of itself. A fall is a quiet day, which nobody has to act on, and no news. A
rise costs money, and what falls deep or for long is no holiday: those are told once,
of the account (``incidents``).

Only the day itself is asked: no calendar is needed, and none of later days.

Known weakness: an account of few series cannot tell; an outage of a fifth of the use
of most series looks like a holiday.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection.habits import per_account
from tasks.core.detectors import Flags, Floats, Panel, Scores

Signs = NDArray[np.int8]

# Robust deviations from which a series moves, the share of the account's series that
# must, and how many at least.
MOVES = 2.0
SHARE = 0.2
FEW = 5

# Robust deviations that the median of all series of the account must lie off: those
# that do not stand out by themselves lean the same way.
LEANS = 0.5

# Share of its cost that is left on a quiet day of the series that fall, by the quartile
# of them that fall furthest; how many times as far, on the logarithmic scale, one
# series may fall; and how many such days may follow each other, as at Easter, with
# gaps of one day.
QUIET = 0.6
FURTHEST = 0.25
FURTHER = 2
QUIET_DAYS = 4
GAP = 2


@dataclass(frozen=True, slots=True)
class Carried:
    """Which series move as their account does; arrays are ``(n_series, n_days)``.

    Attributes:
        sign: 1 where a series rises with its account, -1 where it falls, else 0; 0 on
            a quiet day.
        is_quiet: It falls on a quiet day, and hardly further than the others.
    """

    sign: Signs
    is_quiet: Flags


def carried(panel: Panel, seasonal: Scores, is_usage: Flags) -> Carried:
    """Return which series move as their account does.

    Args:
        panel: The series.
        seasonal: What the seasonal detector makes of them.
        is_usage: ``(n_series,)`` whether a series is use; others do not count.
    """
    score, accounts = seasonal.score, panel.accounts
    sign = np.zeros(score.shape, dtype=np.int8)
    is_quiet = np.zeros(score.shape, dtype=np.bool_)
    quiet: dict[int, list[int]] = defaultdict(list)
    for account, column, way in _leaning(score, accounts, is_usage):
        rows = np.flatnonzero((accounts == account) & is_usage)
        lies = way * score[rows, column]
        if way < 0:
            cost = panel.costs[rows, column]
            expected = seasonal.expected[rows, column]
            low = seasonal.low[rows, column]
            share = cost / np.maximum(expected, 1e-9)
            kept = float(np.quantile(share[lies >= MOVES], FURTHEST))
            if kept >= QUIET:
                quiet[account].append(column)
                if _in_a_row(quiet[account]) <= QUIET_DAYS:
                    least = np.minimum(kept * low, kept**FURTHER * expected)
                    is_quiet[rows, column] = (lies > 0) & (cost >= least)
                    continue
        sign[rows, column] = np.where(lies > 0, way, 0)
    return Carried(sign, is_quiet)


def alike(carried: Carried, p_value: Floats, accounts: NDArray[np.int64]) -> Flags:
    """Return the days of series that move as the rarest of their account does.

    They are told with it, as one.

    Args:
        carried: Which series move as their account does.
        p_value: ``(n_series, n_days)``, NaN where a day was not judged.
        accounts: ``(n_series,)`` the account of each.
    """
    found = carried.sign != 0
    for column in np.flatnonzero(found.any(axis=0)):
        rows = np.flatnonzero(found[:, column])
        rarest = rows[np.lexsort((p_value[rows, column], accounts[rows]))]
        _, first = np.unique(accounts[rarest], return_index=True)
        found[rarest[first], column] = False
    return np.asarray(found)


def _in_a_row(columns: Sequence[int]) -> int:
    """Return how many of the days follow each other up to the last one."""
    count = 1
    for newer, older in pairwise(reversed(columns)):
        if newer - older > GAP:
            break
        count += 1
    return count


def _leaning(
    score: Floats, accounts: NDArray[np.int64], is_usage: Flags
) -> Iterator[tuple[int, int, int]]:
    """Yield account, day and direction where an account moves as a whole, in order."""
    score = np.where(is_usage[:, None], score, np.nan)
    judged = per_account(np.isfinite(score), accounts)
    for way in (1, -1):
        moved = per_account(way * score >= MOVES, accounts)
        is_many = (moved >= FEW) & (moved >= SHARE * judged)
        for account, column in np.argwhere(is_many):
            if way * np.nanmedian(score[accounts == account, column]) >= LEANS:
                yield int(account), int(column), way
