"""What series will cost: level, damped growth, weekday, and what comes once a month.

Works on amounts, not on their logarithms: sums of days are what is asked for, and the
sum of medians is not the median of a sum.

Known weaknesses: a job on the third Tuesday is spread over the month; a level shift
counts in full after half of ``level_days``; nothing yearly is known.
"""

from collections import deque
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from tasks.core.detectors import AT_ONCE, Flags, Floats, windows
from tasks.core.forecasting import days_off, once_a_month
from tasks.core.forecasting.calendar_days import Places, places
from tasks.core.forecasting.declaration import Projection

WEEK = 7
# Series that are worked on at a time, so that their days stay in the cache.
BLOCK = 2048

# A day is clipped to so many typical deviations around what was usual.
CLIP = 4.0
# Typical deviation that is assumed at least, as a share of the usual cost.
QUIET = 0.05
# Days over which rare use is averaged.
RARE_DAYS = 91


@dataclass(frozen=True, slots=True)
class Kinds:
    """What series are; all are ``(n_series,)``.

    Attributes:
        is_late: True where a month's charge comes when the month is closed; one
            earlier month is then enough to expect it again.
        follows: True where such a charge is a share of all others, as a tax is.
        is_metered: True where something is used; what is not comes regularly or,
            like a credit or a purchase, is nothing to expect again.
    """

    is_late: Flags
    follows: Flags
    is_metered: Flags

    def of(self, rows: Any) -> "Kinds":
        """Return those of some series."""
        return Kinds(self.is_late[rows], self.follows[rows], self.is_metered[rows])


@dataclass(frozen=True, slots=True)
class Days:
    """Days without what comes once a month; the arrays but one are of their shape.

    Attributes:
        costs: ``(n_series, n_days)``, NaN where unknown.
        rough: What was usual for each.
        reach: ``(n_series,)`` how far around that a day counts.
        shares: What each weekday has of its week.
    """

    costs: Floats
    rough: Floats
    reach: Floats
    shares: Floats

    def clipped(self, part: slice) -> Floats:
        """Return some days, wild ones brought nearer."""
        rough, reach = self.rough[:, part], self.reach[:, None]
        return np.clip(self.costs[:, part], rough - reach, rough + reach)


def project(
    costs: Floats,
    start: date,
    horizon: int,
    kinds: Kinds,
    params: Projection,
    *,
    holidays: Collection[date] = (),
) -> Floats:
    """Return the expected cost of the days after the last one.

    Args:
        costs: ``(n_series, n_days)``; NaN before a series began and where nothing is
            known. Only the newest months are looked at.
        start: Day of the first column.
        horizon: Days to look ahead.
        kinds: What the series are.
        params: See ``Projection``.
        holidays: Public holidays, earlier and later.

    Returns:
        ``(n_series, horizon)``, never NaN: a series of which nothing is known is
        expected to cost nothing.
    """
    n_days = costs.shape[1]
    if n_days == 0:
        return np.zeros((len(costs), horizon))
    kept = min(n_days, needed_days(params))
    where = _after(places(start, n_days + horizon), n_days - kept)
    first_kept = start + timedelta(days=n_days - kept)
    is_free = days_off.flags(first_kept, kept + horizon, holidays)
    expected = np.empty((len(costs), horizon))

    def fill(first: int) -> None:
        part = slice(first, first + BLOCK)
        recent = costs[part, n_days - kept :]
        expected[part] = _projected(recent, where, is_free, kinds.of(part), params)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        deque(threads.map(fill, range(0, len(costs), BLOCK)), maxlen=0)
    return expected


def needed_days(params: Projection) -> int:
    """Return the newest days that are looked at."""
    growth = params.trend_days + params.level_days
    return max(
        once_a_month.LONGEST_MONTH * (params.months + 1), params.weeks * WEEK, growth
    )


def _projected(
    recent: Floats, where: Places, is_free: Flags, kinds: Kinds, params: Projection
) -> Floats:
    kept = recent.shape[1]
    horizon = len(where.day) - kept
    off = days_off.DaysOff(recent, is_free, kinds.is_metered)
    plain = off.as_usual()
    weekday = _weekday_factors(plain, where, params)
    usual = _usual(plain)
    shares = np.take(weekday, where.weekday[:kept], axis=1)
    rough = usual[:, None] * shares
    surprise = recent - rough
    deviation = _deviation(surprise, usual)
    once = once_a_month.find(surprise, where, deviation, kinds.is_late, params)
    without = plain
    if once.seen.any():
        without = plain.copy()
        without[once.seen] = np.nan
    level, growth = _level(Days(without, rough, CLIP * deviation, shares), params)
    level, growth = _or_rare(without, level, growth, kinds.is_metered, params)
    steps = np.cumsum(params.damping ** np.arange(1, horizon + 1))
    ahead = level[:, None] + growth[:, None] * steps
    # Growth may end something, but never turns a cost into a credit.
    ahead = np.where(level[:, None] >= 0, np.maximum(ahead, 0), np.minimum(ahead, 0))
    return ahead * off.shares(weekday, where.weekday, plain) + once.ahead


def _after(where: Places, first: int) -> Places:
    return Places(where.weekday[first:], where.day[first:], where.days_left[first:])


def _weekday_factors(recent: Floats, where: Places, params: Projection) -> Floats:
    """Return ``(n_series, 7)``: a weekday's share of its week, 1 being an even one."""
    weeks = min(params.weeks, recent.shape[1] // WEEK)
    even = np.ones((len(recent), WEEK))
    if weeks < 2:  # noqa: PLR2004 - one week says nothing
        return even
    last = recent[:, recent.shape[1] - weeks * WEEK :]
    by_week = last.reshape(len(recent), weeks, WEEK)
    mean = _mean(by_week)[..., None]
    # Growth within a week is no weekday: the mean is tilted as the weeks around it.
    slope = np.gradient(mean, axis=1) / WEEK
    mean = mean + slope * (np.arange(WEEK) - WEEK // 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(np.abs(mean) > 0, by_week / mean, np.nan)
    found = windows.median_of_known(np.swapaxes(shares, 1, 2), 2)
    found = np.clip(found, 0, WEEK)
    total = found.sum(axis=1, keepdims=True)
    is_known = np.isfinite(total) & (total > 0)
    found = np.where(is_known, found * WEEK / np.where(is_known, total, 1), even)
    # Column 0 of a week is the weekday of its first day; turn it to Monday.
    first = int(where.weekday[recent.shape[1] - weeks * WEEK])
    return np.roll(found, first, axis=1)


def _usual(recent: Floats) -> Floats:
    """Return what a day usually costs: the median of the newest four weeks' means."""
    n_weeks = min(4, recent.shape[1] // WEEK)
    if n_weeks == 0:
        return _mean(recent)
    last = recent[:, recent.shape[1] - n_weeks * WEEK :]
    means = _mean(last.reshape(len(recent), n_weeks, WEEK), unknown=np.nan)
    return np.nan_to_num(windows.median_of_known(means, 1))


def _deviation(surprise: Floats, usual: Floats) -> Floats:
    typical = windows.median_of_known(np.abs(surprise[:, -8 * WEEK :]), 1)
    return np.maximum(np.nan_to_num(typical), QUIET * np.abs(usual))


def _level(days: Days, params: Projection) -> tuple[Floats, Floats]:
    """Return today's level and its growth a day."""
    n_days = days.costs.shape[1]
    now = _over(days, n_days, params.level_days)
    then = _over(days, n_days - params.trend_days, params.level_days)
    then = np.where(np.isfinite(then), then, now)
    growth = (now - then) / params.trend_days
    most = params.largest_growth * np.abs(now)
    growth = np.nan_to_num(np.clip(growth, -most, most))
    now = np.nan_to_num(now)
    # The mean of the newest days is as old as their middle.
    return now + growth * (params.level_days - 1) / 2, growth


def _over(days: Days, end: int, width: int) -> Floats:
    """Return the mean of the ``width`` days before a column, freed of weekdays."""
    if end < width // 2:
        return np.full(len(days.costs), np.nan)
    part = slice(max(end - width, 0), end)
    clipped = days.clipped(part)
    known = np.isfinite(clipped)
    weight = np.where(known, days.shares[:, part], 0).sum(axis=1)
    total = np.where(known, clipped, 0).sum(axis=1)
    enough = (known.sum(axis=1) > 0) & (weight > 0)
    return np.where(enough, total / np.where(enough, weight, 1), np.nan)


def _or_rare(
    without: Floats,
    level: Floats,
    growth: Floats,
    is_metered: Flags,
    params: Projection,
) -> tuple[Floats, Floats]:
    """Average what is used rarely over three months; a rare credit is not expected."""
    days = without[:, -RARE_DAYS:]
    known = np.isfinite(days)
    used = (known & (days != 0)).sum(axis=1)
    is_rare = used < params.sparse_share * np.maximum(known.sum(axis=1), 1)
    rare = np.zeros(len(days))
    some = np.flatnonzero(is_rare & is_metered)
    rare[some] = _mean(days[some])
    return np.where(is_rare, rare, level), np.where(is_rare, 0.0, growth)


def _mean(days: Floats, unknown: float = 0.0) -> Floats:
    """Return the mean over the last axis, of known days."""
    known = np.isfinite(days)
    count = known.sum(axis=-1)
    total = np.where(known, days, 0).sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), unknown)
