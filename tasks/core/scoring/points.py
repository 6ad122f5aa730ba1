"""Scores for any dated values: expected, band, score, p-value and a verdict.

Daily values are judged by the detectors that judge bills (``daily``). Other steps have
``forecasters``, and ``rarity`` says how rare their surprises are.

Beside the single point, the mean of its last ``SPAN`` surprises is judged: what is
small and lasts shows there first.

Known weakness: where a fifth of all points are odd, odd is what is usual, and little is
told; and a level that is new is told until it is what is expected.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats, windows
from tasks.core.detectors.seasonal import BAND, MAD_TO_SIGMA
from tasks.core.scoring import daily, forecasters, lengths, rarity

# Points whose mean is judged beside each point.
SPAN = 8

# Robust deviations that a point counts for in what lasts.
MOST = 3.0

# Noise that every series is granted, as a share of its usual size, and never none; and
# what is granted instead where it is known to have some, that share at least: a large
# number may have little noise.
SMALLEST_NOISE = 0.02
NOISY_NOISE, NOISY = 5e-4, 1e-4
NONE_AT_ALL = 1e-9

# From one point to the next, a day is a day, whatever the clocks did.
DAY_SECONDS = (82_800.0, 90_000.0)

# False alerts a week of each series that are usual; of daily and longer steps those of
# the whole table, and the largest share of points that this may be; and the largest
# share that may be asked for.
ALERTS_PER_WEEK, TABLE_ALERTS_PER_WEEK = 0.2, 0.5
DAILY_RATE, MOST_ODD = 0.01, 0.5

# An event survives so long without an odd point: a day, or at least so many points.
GAP_SECONDS = lengths.DAY
GAP_POINTS = 3


@dataclass(frozen=True, slots=True)
class Points:
    """What is made of each point; every array is ``(n_series, n_points)``.

    Attributes:
        expected: What it should be; NaN where too little was known.
        low: Lower end of what is normal.
        high: Upper end of what is normal.
        score: Signed, in robust deviations.
        p_value: How rare it is among earlier points.
        is_odd: Whether that is as rare as was asked for; of daily and longer steps also
            far enough off: beyond the band, or part of a mean that is. Of daily ones
            also where another detector tells of it, or where it goes on.
        event: First point of the event that an odd point belongs to; -1 for others.
    """

    expected: Floats
    low: Floats
    high: Floats
    score: Floats
    p_value: Floats
    is_odd: Flags
    event: NDArray[np.int64]


def judge(
    values: Floats,
    step: float,
    start: date,
    *,
    seasons: tuple[int, ...] = (),
    rate: float,
    holidays: Mapping[date, str] | None = None,
) -> Points:
    """Judge every point from earlier ones alone.

    Args:
        values: ``(n_series, n_points)``, NaN where unknown.
        step: Seconds from one point to the next.
        start: Day of the first one.
        seasons: Lengths of season in points; none: the calendar's, and what is found.
        rate: Share of normal points that may be called odd.
        holidays: Name of each public holiday; only daily values ask.
    """
    if _is_daily(step) and not seasons:
        return _daily(values, start, rate, holidays or {})
    known = seasons or lengths.suggested(step)
    day = max(1, round(lengths.DAY / step))
    each = [
        _of_one(series, known, day, gap_of(step), may_find=not seasons, rate=rate)
        for series in values
    ]
    names = [field.name for field in fields(Points)]
    return Points(*(np.array([getattr(one, name) for one in each]) for name in names))


def events(is_odd: Flags, gap: int) -> NDArray[np.int64]:
    """Return which event each odd point belongs to.

    Args:
        is_odd: ``(n_points,)``.
        gap: Points without an odd one that an event survives.

    Returns:
        The first point of the event; -1 where a point is not odd.

    Examples:
        >>> odd = np.array([False, True, False, True, False, False, False, True])
        >>> events(odd, 2)
        array([-1,  1, -1,  1, -1, -1, -1,  7])
    """
    found = np.full(is_odd.size, -1, dtype=np.int64)
    odd = np.flatnonzero(is_odd)
    begins = np.diff(odd, prepend=-gap - 2) > gap + 1
    found[odd] = odd[np.maximum.accumulate(np.where(begins, np.arange(odd.size), 0))]
    return found


def rate_of(alerts_per_week: float | None, step: float, series: int = 1) -> float:
    """Return the share of normal points to call odd for so many alerts a week.

    Args:
        alerts_per_week: False ones of each series; None: what is usual.
        step: Seconds from one point to the next.
        series: How many there are: of daily and longer steps all of them together have
            so many false alerts as one person reads.

    Examples:
        >>> round(rate_of(1.0, 3_600), 4), rate_of(None, 86_400)
        (0.0179, 0.01)
        >>> round(rate_of(None, 86_400, series=100), 5)
        0.00071
    """
    if alerts_per_week is None and step >= DAY_SECONDS[0]:
        alerts_per_week = TABLE_ALERTS_PER_WEEK / max(series, 1)
        return min(DAILY_RATE, alerts_per_week / alerts_of(1.0, step))
    if alerts_per_week is None:
        alerts_per_week = ALERTS_PER_WEEK
    return min(MOST_ODD, alerts_per_week / alerts_of(1.0, step))


def alerts_of(rate: float, step: float) -> float:
    """Return how many false alerts a week of each series a rate stands for.

    Examples:
        >>> round(alerts_of(0.001, 86_400), 4)
        0.007
    """
    run = 1 if step >= DAY_SECONDS[0] else rarity.RUN
    return rate * lengths.WEEK / step / run


def needs(step: float) -> str:
    """Return what a series must have before it is judged, for people.

    Examples:
        >>> needs(86_400)
        'a daily series needs more than 21 days'
    """
    if _is_daily(step):
        return f"a daily series needs more than {daily.WARM_UP_DAYS} days"
    season = lengths.FITS * min(lengths.suggested(step), default=0)
    return f"it takes more than {season + 2 * forecasters.LEAST} points"


def gap_of(step: float) -> int:
    """Return after how many points without an odd one an event is over."""
    return max(GAP_POINTS, round(GAP_SECONDS / step))


def _daily(
    values: Floats, start: date, rate: float, holidays: Mapping[date, str]
) -> Points:
    found, event = daily.judge(values, start, rate, holidays)
    return Points(
        *(found.expected, found.low, found.high),
        score=found.score,
        p_value=found.p_value,
        is_odd=event >= 0,
        event=event,
    )


def _of_one(
    values: Floats,
    seasons: tuple[int, ...],
    day: int,
    gap: int,
    *,
    may_find: bool,
    rate: float,
) -> Points:
    expected = forecasters.expected(values, seasons, may_find=may_find)
    width = forecasters.span(seasons)
    noise = _noise(values, values - expected, width)
    # Before a season has come a few times and was right, its every turn is a surprise.
    warm_up = lengths.FITS * min(seasons, default=0) + 2 * forecasters.LEAST
    is_judged = windows.age(values[None])[0] >= warm_up
    score = np.where(is_judged, (values - expected) / noise, np.nan)
    lasting = _lasting(values - expected, noise, width)
    if day > 1:
        p_value = rarity.by_records(values, score, lasting, day)
        is_odd = p_value <= rate
    else:
        p_value = rarity.by_ranks(score, lasting)
        is_odd = rarity.is_far(score, lasting) & (p_value <= rate)
    reach = BAND * noise
    return Points(
        *(expected, expected - reach, expected + reach),
        score=score,
        p_value=p_value,
        is_odd=is_odd,
        event=events(is_odd, gap),
    )


def _noise(values: Floats, surprise: Floats, width: int) -> Floats:
    """Return the usual surprise before each point, as a standard deviation."""
    off, size = (
        windows.earlier(
            forecasters.trailing_median(np.abs(each), width, forecasters.LEAST)[None]
        )[0]
        for each in (surprise, values)
    )
    share = np.where(off >= NOISY * size, NOISY_NOISE, SMALLEST_NOISE)
    granted = np.maximum(share * size, NONE_AT_ALL)
    return np.asarray(np.maximum(MAD_TO_SIGMA * off, granted))


def _lasting(surprise: Floats, noise: Floats, width: int) -> Floats:
    """Return the mean surprise of the last points, in its own usual size.

    No point counts for more than ``MOST`` deviations: one alone does not last.
    """
    most = MOST * noise
    rolled = pd.Series(np.clip(surprise, -most, most)).rolling(
        SPAN, min_periods=SPAN // 2
    )
    mean = np.asarray(rolled.mean(), dtype=np.float64)
    usual = forecasters.trailing_median(np.abs(mean), width, forecasters.LEAST)
    usual = MAD_TO_SIGMA * windows.earlier(usual[None], SPAN)[0]
    return np.asarray(mean / np.maximum(usual, noise / np.sqrt(SPAN)))


def _is_daily(step: float) -> bool:
    return DAY_SECONDS[0] <= step <= DAY_SECONDS[1]
