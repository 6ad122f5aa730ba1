"""What only a sum of series shows: many move a little, and none stands out alone.

Each member of a group says by its own score how far it lies off. The scores of a day
are capped and added up, and that sum is a series of its own: it is compared with what
it was before, so that members which usually move together tell nothing by doing so. It
is looked at by the day and over three days, for what goes on is rarer than what comes
once. Members that are told by themselves are left out on those days, and so is the
money by which they lie off.

Only rises are told: much of what falls a little falls on holidays, and costs nothing.

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

from tasks.core.detectors import Flags, Floats, windows
from tasks.core.findings import floors, groups, habits, rationing
from tasks.core.findings.alerts import CONTINUES, Alerts
from tasks.core.findings.detection import Detection
from tasks.core.findings.groups import Rows
from tasks.core.findings.runs import Book

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

# How far a group must lie off without the member that lies off most.
WITHOUT_ONE = 1.8


@dataclass(frozen=True, slots=True)
class Sums:
    """What groups show; every array is ``(n_groups, n_days)``.

    Attributes:
        members: Rows of each group.
        off: Money by which members lie off that are not told by themselves.
        score: Signed score of the group.
        p_value: How rare that is; NaN where the group is not judged.
        opens: True where a day may begin an anomaly.
        goes_on: True where it may continue one.
    """

    members: Sequence[Rows]
    off: Floats
    score: Floats
    p_value: Floats
    opens: Flags
    goes_on: Flags


def judge(
    book: Book,
    alerts: Alerts,
    members: Sequence[Rows],
    counts: Flags,
    params: Detection,
) -> Sums:
    """Judge every day of every group.

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
    enough = number >= groups.LEAST
    score = np.where(enough, total / np.sqrt(np.maximum(number, 1)), np.nan)
    off = _added(np.where(counts, book.panel.costs - alerts.expected, 0.0), members)
    usual = _added(np.where(counts, np.abs(alerts.expected), 0.0), members)
    most = np.zeros(score.shape)
    for group, rows in enumerate(members):
        most[group] = own[rows].max(axis=0)
    rest = (total - most) / np.sqrt(np.maximum(number - 1, 1))
    least = floors.money_floor(book.panel, params)[[rows[0] for rows in members]]
    percent = PERCENT_SHARE * params.floor_pct / 100 * usual
    others = _others(own, counts, members, book.panel.accounts)
    is_worth = (off >= np.maximum(least, percent)) & (rest >= WITHOUT_ONE)
    is_worth &= (_added(~book.settled, members) == 0) & ~(others < LEANS)
    p_value = _rarity(score)
    is_told = rationing.told(p_value, is_worth, SHARE * params.alerts_per_week)
    lasts = is_worth & (p_value <= CONTINUES)
    return Sums(members, off, score, p_value, opens=is_told, goes_on=is_told | lasts)


def _rarity(score: Floats) -> Floats:
    """Return how rare each day is, by itself or with the two days before it."""
    before = windows.earlier(score) + windows.earlier(score, 2)
    lately = (score + before) / np.sqrt(3)
    together = np.where(score * lately > 0, _chance(lately), np.nan)
    rarer = np.minimum(1.0, 2.0 * np.fmin(_chance(score), together))
    return np.where(windows.age(score) >= LEAST_DAYS, rarer, np.nan)


def _chance(score: Floats) -> Floats:
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
    chance = np.where(np.isfinite(far), 1.0, np.nan)
    is_far = far > 1.0
    chance[is_far] = [erfc(one) for one in far[is_far]]
    return chance


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
        sums[group] = days[rows].sum(axis=0)
    return sums


def _others(
    own: Floats, counts: Flags, members: Sequence[Rows], accounts: Rows
) -> Floats:
    """Return the score of what else each billing account has; NaN where that is little.

    Where it falls while a group rises, the day is a holiday or something like it.
    """
    first = np.array([rows[0] for rows in members], dtype=np.int64)
    total, number = (
        habits.per_account(days, accounts)[accounts[first]] - _added(days, members)
        for days in (own, counts)
    )
    enough = number >= groups.LEAST
    return np.where(enough, total / np.sqrt(np.maximum(number, 1)), np.nan)
