"""Rhythms of demand: weekdays, month ends, holidays, growth, slow waves and noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Days = NDArray[np.datetime64]

# Monday to Sunday.
WEEK = {
    "steady": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    "storage": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    "office": (1.0, 1.04, 1.05, 1.02, 0.95, 0.42, 0.38),
    "workhours": (1.0, 1.0, 1.0, 1.0, 1.0, 0.25, 0.25),
    "traffic": (0.95, 0.93, 0.95, 1.0, 1.06, 1.14, 1.08),
    "autoscaled": (1.0, 1.02, 1.02, 1.01, 0.98, 0.82, 0.78),
    "monthend": (1.0, 1.0, 1.0, 1.0, 1.0, 0.7, 0.7),
}
PATTERNS = tuple(WEEK)

# Factor on the last two days and the first day of a month: closing the books.
MONTH_END = {"monthend": 2.6, "office": 1.12}

# Factor on a public holiday, on top of the Sunday that it becomes.
HOLIDAY = {"traffic": 1.10}

# Relative size of the slow wave in percent: campaigns, releases, seasons.
WAVE = {"traffic": 5.0, "office": 4.0, "autoscaled": 3.0, "monthend": 3.0}

YEAR_DAYS = 365.25
SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How the quantity of each meter moves; every field has one value per meter.

    Attributes:
        pattern: Index into ``PATTERNS``.
        noise: Standard deviation of the logarithm of a day's quantity.
        growth: Factor over a year.
        phase: Phase of the slow wave, 0 to 1.
        is_monthly: Priced per month, so that a day's share depends on its length.
    """

    pattern: Ints
    noise: Floats
    growth: Floats
    phase: Floats
    is_monthly: NDArray[np.bool_]


def easter(year: int) -> date:
    """Return Easter Sunday.

    Source:
        Anonymous Gregorian algorithm, Nature 13 (1876), p. 487.

    Examples:
        >>> easter(2026)
        datetime.date(2026, 4, 5)
    """
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    w = (32 + 2 * e + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * w) // 451
    month, day = divmod(h + w - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holidays(year: int) -> list[date]:
    """Return the public holidays of the whole of Germany."""
    sunday = easter(year)
    moving = [sunday + timedelta(days=days) for days in (-2, 1, 39, 50)]
    fixed = [(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)]
    return sorted(moving + [date(year, month, day) for month, day in fixed])


def calendar(first: date, n_days: int) -> Days:
    """Return the days from ``first`` on, shape ``(n_days,)``."""
    days: Days = np.datetime64(first, "D") + np.arange(n_days)
    return days


def week_factors(days: Days) -> Floats:
    """Return each pattern's weekday and holiday factor, ``(n_patterns, n_days)``."""
    # 1970-01-01 was a Thursday.
    weekday = (days.astype(np.int64) + 3) % 7
    years = range(days[0].astype(object).year, days[-1].astype(object).year + 1)
    free = np.array([day for year in years for day in holidays(year)], "datetime64[D]")
    is_free = np.isin(days, free)
    kind = np.where(is_free, SUNDAY, weekday)
    rows = []
    for pattern, week in WEEK.items():
        factor = np.array(week)[kind]
        rows.append(factor * np.where(is_free, HOLIDAY.get(pattern, 1.0), 1.0))
    return np.array(rows)


def month_end_factors(days: Days) -> Floats:
    """Return the factor around month ends, ``(n_patterns, n_days)``."""
    months = days.astype("datetime64[M]")
    is_edge = (
        ((days + 1).astype("datetime64[M]") != months)
        | ((days + 2).astype("datetime64[M]") != months)
        | ((days - 1).astype("datetime64[M]") != months)
    )
    peaks = np.array([MONTH_END.get(pattern, 1.0) for pattern in PATTERNS])
    return np.where(is_edge[None, :], peaks[:, None], 1.0)


def month_lengths(days: Days) -> Floats:
    """Return the number of days in the month of each day."""
    months = days.astype("datetime64[M]")
    starts = months.astype("datetime64[D]")
    ends = (months + 1).astype("datetime64[D]")
    return np.asarray((ends - starts).astype(np.float64))


def demand(rhythm: Rhythm, days: Days, since: date, rng: np.random.Generator) -> Floats:
    """Return the factor on each meter's ordinary quantity.

    Args:
        rhythm: Fields of shape ``(n_meters,)``.
        days: ``(n_days,)`` days of one month.
        since: Day on which growth is 1.
        rng: Generator of this month's noise.

    Returns:
        ``(n_meters, n_days)`` positive factors.
    """
    shapes = week_factors(days) * month_end_factors(days)
    age = (days - np.datetime64(since, "D")).astype(np.float64) / YEAR_DAYS
    factors = shapes[rhythm.pattern]
    factors *= rhythm.growth[:, None] ** age
    factors *= _wave(rhythm, age)
    factors *= np.exp(
        rhythm.noise[:, None] * rng.standard_normal((rhythm.pattern.size, days.size))
    )
    monthly = np.where(rhythm.is_monthly[:, None], 30.0 / month_lengths(days), 1.0)
    return np.asarray(factors * monthly)


def _wave(rhythm: Rhythm, age: Floats) -> Floats:
    sizes = np.array([WAVE.get(pattern, 0.0) / 100 for pattern in PATTERNS])
    # Two incommensurate periods, 80 and 47 days, so that the wave never repeats.
    turns = 2 * np.pi * (rhythm.phase[:, None] + age[None, :] * YEAR_DAYS / 80)
    slow = np.sin(turns) + 0.5 * np.sin(turns * 80 / 47)
    return np.asarray(1 + sizes[rhythm.pattern][:, None] * slow)


def pattern_indices(names: Sequence[str]) -> Ints:
    """Return the index of each pattern's name."""
    return np.array([PATTERNS.index(name) for name in names], dtype=np.int64)
