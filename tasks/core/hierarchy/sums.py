"""What only a sum of series shows: many move a little, and none stands out alone.

Each member of a group says by its own score how far it lies off. The scores of a day
are capped and added up, and that sum is a series of its own: it is compared with what
it was before, so that members which usually move together tell nothing by doing so. It
is looked at by the day and over three days, for what goes on is rarer than what comes
once. Members that are told by themselves are left out on those days, and so is the
money by which they lie off.

Falls have a rule of their own (``falls``): much of what falls a little falls on
holidays, and costs nothing.

Known weakness: a group of few series has to move as a whole, and all of its bills have
to be complete. The money of it may be mostly that of one member.

Source:
    Stouffer et al., "The American Soldier", vol. 1, 1949, p. 45, for adding scores up;
    Hyndman et al., "Optimal Combination Forecasts for Hierarchical Time Series",
    Computational Statistics and Data Analysis 55 (2011), for sums of expectations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc

import numpy as np

from tasks.core.detection import floors, habits, rationing
from tasks.core.detection.alerts import CONTINUES, Alerts
from tasks.core.detection.declaration import Detection
from tasks.core.detectors import Flags, Floats, windows
from tasks.core.findings.runs import Book
from tasks.core.hierarchy import groups
from tasks.core.hierarchy.adding import added
from tasks.core.hierarchy.groups import Rows

# Scores of members count for no more than this: one alone never makes a group's.
CAP = 3.0

# Days that a group must have before it is judged.
LEAST_DAYS = 42

# Days before a day that know how wide the scores of a group are, how many days weighs
# the belief that they are as wide as one score, and how far off a day counts for that.
WINDOW = 182
BORROWED_DAYS = 28
FAR = 4.0

# Scales the mean absolute deviation to the standard deviation of a normal
# distribution: √(π / 2).
MEAN_TO_SIGMA = 1.2533

# By so much the scores are wider than their past: it is short, and its tail not normal.
WIDER = 1.2

# Share of the alerts that people are willing to read which sums may take.
SHARE = 0.2

# Share of the smallest percentage of a single series: sums are calmer.
PERCENT_SHARE = 0.5

# Score below which the rest of an account falls, so that the day is not like others.
LEANS = -1.0

# Days before a day on which an older level is looked up, and the share of its deviation
# by which a group must lie beyond all of them: else it is back where it was, and what
# ends is no news.
OLDER = (28, 56)
BEYOND = 0.5

# How far a group must lie off without the member that lies off most.
WITHOUT_ONE = 1.8


@dataclass(frozen=True, slots=True)
class Parts:
    """What groups come to; every array is ``(n_groups, n_days)``.

    Attributes:
        members: Rows of each group.
        number: How many members are judged, and not told by themselves.
        total: Sum of their scores, each capped.
        score: The same as one score; NaN where there are too few.
        most: Largest score of a member.
        least: Smallest score of a member.
        off: Money by which they lie off.
        floor: Smallest sum of money that is worth a word.
        cost: What all members cost.
        others: Score of what else is in the group's billing accounts; NaN where that
            is little.
        is_complete: Whether all bills are.
        alerts_per_week: How many alerts people are willing to read.
    """

    members: Sequence[Rows]
    number: Floats
    total: Floats
    score: Floats
    most: Floats
    least: Floats
    off: Floats
    floor: Floats
    cost: Floats
    others: Floats
    is_complete: Flags
    alerts_per_week: float


@dataclass(frozen=True, slots=True)
class Sums:
    """What groups show; every array is ``(n_groups, n_days)``.

    Attributes:
        members: Rows of each group.
        sign: 1 for what rises, -1 for what falls.
        back: Days before the one that opens an anomaly which are part of it.
        score: Signed score of the group.
        p_value: How rare that is; NaN where the group is not judged.
        opens: True where a day may begin an anomaly.
        goes_on: True where it may continue one.
    """

    members: Sequence[Rows]
    sign: int
    back: int
    score: Floats
    p_value: Floats
    opens: Flags
    goes_on: Flags


def parts(
    book: Book,
    alerts: Alerts,
    members: Sequence[Rows],
    counts: Flags,
    params: Detection,
) -> Parts:
    """Return what groups come to on every day.

    Args:
        book: The series.
        alerts: What is said of each of them.
        members: Rows of each group.
        counts: ``(n_series, n_days)`` True where a series is judged, and is not told
            by itself.
        params: As configured.
    """
    own = np.where(counts, np.clip(alerts.score, -CAP, CAP), 0.0)
    number, total = _added(counts, members), _added(own, members)
    score = np.where(
        number >= groups.LEAST, total / np.sqrt(np.maximum(number, 1)), np.nan
    )
    most, least = np.zeros(score.shape), np.zeros(score.shape)
    for group, rows in enumerate(members):
        most[group], least[group] = (added(own, rows, end) for end in (np.max, np.min))
    usual = _added(np.where(counts, np.abs(alerts.expected), 0.0), members)
    floor = floors.account_floor(book.panel, params)
    accounts = [np.unique(book.panel.accounts[rows]) for rows in members]
    percent = PERCENT_SHARE * params.floor_pct / 100 * usual
    return Parts(
        members=members,
        number=number,
        total=total,
        score=score,
        most=most,
        least=least,
        off=_added(np.where(counts, book.panel.costs - alerts.expected, 0.0), members),
        floor=np.maximum(_added(floor, accounts), percent),
        cost=_added(np.nan_to_num(book.panel.costs), members),
        others=_others(own, counts, members, book.panel.accounts),
        is_complete=_added(~book.settled, members) == 0,
        alerts_per_week=params.alerts_per_week,
    )


def rises(parts: Parts) -> Sums:
    """Judge for rises every day of every group."""
    rest = (parts.total - parts.most) / np.sqrt(np.maximum(parts.number - 1, 1))
    is_worth = (parts.off >= parts.floor) & (rest >= WITHOUT_ONE)
    is_worth &= parts.is_complete & ~(parts.others < LEANS)
    is_worth &= is_new(parts.cost, parts.off, 1)
    p_value = _rarity(parts.score)
    is_told = rationing.told(p_value, is_worth, SHARE * parts.alerts_per_week)
    lasts = is_worth & (p_value <= CONTINUES)
    return Sums(parts.members, 1, 0, parts.score, p_value, is_told, is_told | lasts)


def is_new(cost: Floats, off: Floats, sign: int) -> Flags:
    """Return where groups cost more (or less) than they did weeks ago, too.

    Args:
        cost: ``(n_groups, n_days)`` what they cost.
        off: The same shape, how much of that is not expected.
        sign: 1 for more, -1 for less.
    """
    older = np.fmax(*(sign * windows.earlier(cost, by) for by in OLDER))
    return np.asarray(sign * cost - older >= BEYOND * sign * off)


def _rarity(score: Floats) -> Floats:
    """Return how rare each day is, by itself or with the two days before it."""
    before = windows.earlier(score) + windows.earlier(score, 2)
    lately = (score + before) / np.sqrt(3)
    together = np.where(score * lately > 0, chance(lately), np.nan)
    rarer = np.minimum(1.0, 2.0 * np.fmin(chance(score), together))
    return np.where(windows.age(score) >= LEAST_DAYS, rarer, np.nan)


def chance(score: Floats) -> Floats:
    """Return how often a sum of many lies so far off by chance, on either side.

    Sums of capped scores are near to normal, whatever their members are; how wide they
    are is what their own past says.
    """
    size = np.abs(score)
    squares = np.minimum(size, FAR) ** 2
    known = BORROWED_DAYS + _lately(np.isfinite(score).astype(np.float64))
    square = (BORROWED_DAYS + _lately(np.nan_to_num(squares))) / known
    mean = MEAN_TO_SIGMA * _lately(np.nan_to_num(size)) / known
    width = WIDER * np.maximum(np.sqrt(square), mean)
    far = size / width / np.sqrt(2)
    by_chance = np.where(np.isfinite(far), 1.0, np.nan)
    is_far = far > 1.0
    by_chance[is_far] = [erfc(one) for one in far[is_far]]
    return by_chance


def _lately(days: Floats) -> Floats:
    """Return sums over the days before each day."""
    total = np.cumsum(days, axis=1)
    return np.nan_to_num(windows.earlier(total)) - np.nan_to_num(
        windows.earlier(total, WINDOW + 1)
    )


def _added(days: Flags | Floats, members: Sequence[Rows]) -> Floats:
    """Return sums over the members of each group."""
    sums = np.zeros((len(members), days.shape[1]))
    for group, rows in enumerate(members):
        sums[group] = added(days, rows)
    return sums


def _others(
    own: Floats, counts: Flags, members: Sequence[Rows], accounts: Rows
) -> Floats:
    """Return the score of what else is in the billing accounts of each group.

    NaN where that is little. Where it falls while a group rises, the day is a holiday
    or something like it.
    """
    whole = [np.unique(accounts[rows]) for rows in members]
    total, number = (
        _added(habits.per_account(days, accounts), whole) - _added(days, members)
        for days in (own, counts)
    )
    enough = number >= groups.LEAST
    return np.where(enough, total / np.sqrt(np.maximum(number, 1)), np.nan)
