"""What days of each series are usually like, and how far out a day lies among them.

The newest days come with a day in each row and a series in each column, so that what
is known of a series stands beside what is known of the next one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats

Singles = NDArray[np.float32]
Ints = NDArray[np.int64]

# Shares of days below which the body of a series is known; beyond the last one is its
# tail, and beyond the first one that of the other side.
GRID = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
EDGE = 0.1

# What is believed of a series before anything is known: the quantiles of normal noise
# whose spread was estimated, and the mean excess over the last of them.
NORMAL = np.array([-1.5, -0.97, -0.6, -0.29, 0.0, 0.29, 0.6, 0.97, 1.5])
EXCESS = 0.6
# Days and excesses of its own against which the belief weighs as much.
BORROWED_DAYS = 28
BORROWED_EXCESSES = 4
SMALLEST_EXCESS = 0.1

MEDIAN = len(GRID) // 2

# Series whose days are compared with their edges at a time, near the processor.
NEAR = 256


@dataclass(frozen=True, slots=True)
class Body:
    """What days of each series are usually like.

    Attributes:
        quantiles: ``(n_series, len(GRID))``.
        above: ``(n_series,)`` mean excess over the last quantile.
        below: The same under the first one, positive.
    """

    quantiles: Floats
    above: Floats
    below: Floats

    def edge(self, sign: int) -> Floats:
        """Return where the tail of a side begins, in the sign of that side."""
        return self.quantiles[:, -1] if sign > 0 else -self.quantiles[:, 0]

    def excess(self, sign: int) -> Floats:
        """Return the mean excess of a side."""
        return self.above if sign > 0 else self.below


class Own(NamedTuple):
    """What the kept days of each of some series say by themselves.

    Attributes:
        quantiles: ``(n_series, len(GRID))``, NaN where nothing is known.
        known: ``(n_series,)`` how many days are.
    """

    quantiles: Floats
    known: Ints

    @property
    def is_whole(self) -> Flags:
        """Which series are old enough to tell what is usual."""
        return np.asarray(self.known >= BORROWED_DAYS)


class Over(NamedTuple):
    """What lies beyond the edge of one side; both ``(n_series,)``."""

    days: Ints
    total: Singles


def bodies(pasts: Sequence[Singles], each: Callable[..., Iterable[Any]]) -> list[Body]:
    """Return what kept days of parts of all series say, mixed with what all say.

    Args:
        pasts: ``(n_series, n_days)`` of each part.
        each: ``map``, or what does the same on several threads.
    """
    own: list[Own] = list(each(_own, pasts))
    usual = _middle([one.quantiles[one.is_whole] for one in own], NORMAL)
    quantiles: list[Floats] = list(each(partial(_mixed, usual), own))
    found: list[tuple[Over, Over]] = list(each(_over, pasts, quantiles))
    above, below = (_excesses(side, own) for side in zip(*found, strict=True))
    return [Body(*each_of) for each_of in zip(quantiles, above, below, strict=True)]


def _own(past: Singles) -> Own:
    ordered = np.sort(past, axis=1)
    known = np.isfinite(past).sum(axis=1)
    if not past.shape[1]:
        return Own(np.full((len(past), len(GRID)), np.nan), known)
    rows = np.arange(len(past))[:, None]
    last = np.maximum(known - 1, 0)[:, None]
    places = np.rint(GRID * last).astype(np.int64)
    own = np.where(known[:, None] > 0, ordered[rows, places], np.nan)
    return Own(own.astype(np.float64), known)


def _mixed(usual: Floats, own: Own) -> Floats:
    """Return the quantiles of series, mixed with what is usual."""
    known = own.known[:, None]
    share = known / (known + BORROWED_DAYS)
    mixed = np.where(known > 0, own.quantiles, 0.0) * share + usual * (1 - share)
    return np.asarray(mixed, dtype=np.float64)


def _over(past: Singles, quantiles: Floats) -> tuple[Over, Over]:
    """Return what lies above the last quantile, and below the first one."""
    found = [
        _beyond(past[rows], quantiles[rows].astype(np.float32))
        for rows in parts(len(past), NEAR)
    ]
    above, below = (
        Over(*map(np.concatenate, zip(*side, strict=True)))
        for side in zip(*found, strict=True)
    )
    return above, below


def _beyond(past: Singles, ends: Singles) -> list[Over]:
    sides = past - ends[:, -1:], ends[:, :1] - past
    return [
        Over((over > 0).sum(axis=1), np.fmax(over, 0).sum(axis=1)) for over in sides
    ]


def _excesses(side: Sequence[Over], own: Sequence[Own]) -> list[Floats]:
    """Return each series' mean excess, mixed with that of all series."""
    means = [
        (over.total / np.maximum(over.days, 1))[one.is_whole]
        for over, one in zip(side, own, strict=True)
    ]
    usual = max(float(_middle(means, EXCESS)), SMALLEST_EXCESS)
    found = []
    for days, total in side:
        mixed = (total + BORROWED_EXCESSES * usual) / (days + BORROWED_EXCESSES)
        found.append(np.asarray(np.maximum(mixed, SMALLEST_EXCESS), dtype=np.float64))
    return found


def _middle(known: Sequence[Floats], unknown: Floats | float) -> Floats:
    """Return the median over series of all parts; where there is none, what is said."""
    every = np.concatenate(known)
    return np.asarray(np.median(every, axis=0) if len(every) else unknown)


def parts(series: int, most: int) -> list[slice]:
    """Return series in parts of about the same number; at least one.

    Examples:
        >>> parts(5, 3)
        [slice(0, 2, None), slice(2, 5, None)]
    """
    ends = np.linspace(0, series, max(-(-series // most), 1) + 1).astype(np.int64)
    return [slice(*pair) for pair in pairwise(ends.tolist())]


def inside(known: Body, days: Singles, sign: int) -> Floats:
    """Return the share of days as far out, for days that are not in the tail.

    Args:
        known: What is known of the series.
        days: ``(n_days, n_series)``, in the sign of the side.
        sign: 1 for the upper side, -1 for the lower one.
    """
    ends = known.quantiles.T if sign > 0 else -known.quantiles.T[::-1]
    place = np.full(days.shape, -1, dtype=np.int8)
    for end in ends:
        place += days > end
    last = len(GRID) - 1
    low = _at(ends, np.maximum(place, 0))
    high = _at(ends, np.minimum(place + 1, last))
    way = np.clip((days - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
    # Between two ends the share falls evenly, from outside the other side on.
    share = 1.0 - GRID[np.maximum(place, 0)] - way * EDGE
    share = np.where(place < 0, 1.0, np.where(place == last, EDGE, share))
    return np.where(np.isfinite(days), share, np.nan)


def outward(known: Body, days: Singles) -> Floats:
    """Return the share of days as far out, on the side of its median where a day lies.

    That is the lesser one of ``inside`` of both sides: on the other one at least half
    of all days are as far out.

    Args:
        known: What is known of the series.
        days: ``(n_days, n_series)``.
    """
    ends = known.quantiles.T
    # Ends that the day lies beyond, from the median on, negative below it.
    place = np.zeros(days.shape, dtype=np.int8)
    for upper, lower in zip(ends[MEDIAN:], ends[: MEDIAN + 1], strict=True):
        place += days > upper
        place -= days < lower
    low = _at(ends, MEDIAN + place - np.sign(place))
    high = _at(ends, np.clip(MEDIAN + place, 0, len(GRID) - 1))
    way = np.abs(days - low) / np.maximum(np.abs(high - low), 1e-9)
    far = np.abs(place)
    inner = GRID[MEDIAN + np.maximum(far - 1, 0)]
    share = 1.0 - inner - np.clip(way, 0.0, 1.0) * EDGE
    return np.where(far > MEDIAN, EDGE, share)


def _at(ends: Floats, places: NDArray[np.int8]) -> Floats:
    """Return for each day one of the ends of its series."""
    series = np.arange(places.shape[1])
    return np.asarray(ends[places, series])
