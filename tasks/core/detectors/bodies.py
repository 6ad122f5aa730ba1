"""What days of each series are usually like, and how far out a day lies among them.

The newest days come with a day in each row and a series in each column, so that what
is known of a series stands beside what is known of the next one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats

Singles = NDArray[np.float32]

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


def body(past: Singles) -> Body:
    """Return what the kept days of each series say, mixed with what all series say."""
    ordered = np.sort(past, axis=1)
    known = np.isfinite(past).sum(axis=1)
    rows = np.arange(len(past))[:, None]
    last = np.maximum(known - 1, 0)[:, None]
    if past.shape[1]:
        places = np.rint(GRID * last).astype(np.int64)
        own = np.where(known[:, None] > 0, ordered[rows, places], np.nan)
        own = own.astype(np.float64)
    else:
        own = np.full((len(past), len(GRID)), np.nan)
    whole = known >= BORROWED_DAYS
    usual = np.median(own[whole], axis=0) if whole.any() else NORMAL
    share = (known / (known + BORROWED_DAYS))[:, None]
    quantiles = np.where(known[:, None] > 0, own, 0.0) * share + usual * (1 - share)
    quantiles = np.asarray(quantiles, dtype=np.float64)
    edges = quantiles.astype(np.float32)
    above = _mean_excess(past - edges[:, -1:], whole)
    below = _mean_excess(edges[:, :1] - past, whole)
    return Body(quantiles, above, below)


def _mean_excess(over: Singles, whole: Flags) -> Floats:
    """Return each series' mean excess, mixed with that of all series."""
    count = (over > 0).sum(axis=1)
    total = np.fmax(over, 0.0).sum(axis=1)
    own = total / np.maximum(count, 1)
    usual = float(np.median(own[whole])) if whole.any() else EXCESS
    usual = max(usual, SMALLEST_EXCESS)
    mixed = (total + BORROWED_EXCESSES * usual) / (count + BORROWED_EXCESSES)
    return np.asarray(np.maximum(mixed, SMALLEST_EXCESS), dtype=np.float64)


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
