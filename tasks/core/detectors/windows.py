"""Statistics over trailing windows of many series at once, blind to NaN."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats, medians

Ints = NDArray[np.signedinteger[Any]]

# Series worked on at a time: a window copies its days, and these stay near the
# processor; and series whose windows are compared with each other at a time.
BLOCK = 64
LINED_UP = 64


def trailing_median(days: Floats, width: int, least: int, every: int = 1) -> Floats:
    """Return the median of each day's last ``width`` days, that day included.

    Args:
        days: ``(n_series, n_days)``; NaN is left out.
        width: Days in the window.
        least: Days that must be known; with fewer the result is NaN.
        every: Days for which one median serves, that of the first of them. What moves
            slowly need not be known anew each day.

    Examples:
        >>> trailing_median(np.array([[1.0, np.nan, 3.0, 10.0]]), 3, 2)
        array([[nan, nan, 2. , 6.5]])
    """
    if every == 1:
        return _of_neighbours(days, width, least)
    seldom = np.empty(days[:, ::every].shape)
    for first in range(0, len(days), BLOCK):
        part = slice(first, first + BLOCK)
        ordered = np.sort(_windows(days[part], width)[:, ::every], axis=-1)
        seldom[part] = _middle(ordered, _known(days[part], width)[:, ::every], least)
    return np.repeat(seldom, every, axis=1)[:, : days.shape[1]]


def earlier(days: Floats, by: int = 1) -> Floats:
    """Return the value ``by`` days before each day; NaN before the first.

    Examples:
        >>> earlier(np.array([[1.0, 2.0, 3.0]]))
        array([[nan,  1.,  2.]])
    """
    moved = np.full_like(days, np.nan)
    if by < days.shape[1]:
        moved[:, by:] = days[:, : days.shape[1] - by]
    return moved


def known_from(days: Floats, most: int) -> Floats:
    """Return days of which up to ``most`` before the first known one are as it is.

    Examples:
        >>> known_from(np.array([[np.nan, np.nan, 3.0, np.nan]]), 1)
        array([[nan,  3.,  3., nan]])
    """
    known = np.isfinite(days)
    first = np.where(known.any(axis=1), known.argmax(axis=1), 0)[:, None]
    columns = np.arange(days.shape[1])
    is_young = (columns < first) & (columns >= first - most)
    return np.where(is_young, np.take_along_axis(days, first, axis=1), days)


def same_weekday_median(days: Floats, weeks: int, least: int) -> Floats:
    """Return the median of the same weekday in the last weeks, that day left out."""
    return earlier(_of_neighbours(days, weeks, least, stride=7), 7)


def same_weekday_mean(days: Floats, weeks: int, least: int) -> Floats:
    """Return the mean of the same weekday in the last weeks, that day left out."""
    count = np.zeros(days.shape)
    total = np.zeros(days.shape)
    for week in range(1, weeks + 1):
        lag = earlier(days, 7 * week)
        is_known = np.isfinite(lag)
        count += is_known
        total += np.where(is_known, lag, 0.0)
    return np.where(count >= least, total / np.maximum(count, 1), np.nan)


def median_of_known(days: Floats, least: int) -> Floats:
    """Return the median over the last axis; NaN with fewer than ``least`` known.

    Examples:
        >>> median_of_known(np.array([[1.0, np.nan, 3.0]]), 2)
        array([2.])
    """
    return _medians(days, least)


def count_before(days: Flags, width: int) -> Ints:
    """Return how many of the ``width`` days before each day have a flag.

    Examples:
        >>> count_before(np.array([[True, True, False, True]]), 2)
        array([[0, 1, 2, 1]], dtype=int32)
    """
    found = np.zeros(days.shape, dtype=np.int32)
    np.cumsum(days[:, :-1], axis=1, out=found[:, 1:])
    since = found[:, :-width].copy()
    found[:, width:] -= since
    return found


def reached(days: Floats) -> tuple[Floats, Floats]:
    """Return the least and the most before each day; NaN where nothing is known.

    Examples:
        >>> reached(np.array([[2.0, np.nan, 5.0, 1.0]]))[1]
        array([[nan,  2.,  2.,  5.]])
    """
    return earlier(np.fmin.accumulate(days, axis=1)), earlier(
        np.fmax.accumulate(days, axis=1)
    )


def extent(days: Floats) -> tuple[Floats, Floats]:
    """Return the least and the most of each series; NaN where nothing is known."""
    low, high = (end.reduce(days, axis=1, initial=np.nan) for end in (np.fmin, np.fmax))
    return low, high


def age(days: Floats) -> Floats:
    """Return how many days of each series are known before each day."""
    return np.cumsum(np.isfinite(days), axis=1) - np.isfinite(days).astype(np.float64)


def _of_neighbours(days: Floats, width: int, least: int, stride: int = 1) -> Floats:
    """Return the median of each day and of those before it, whole strides apart."""
    result = np.empty(days.shape)
    for first in range(0, len(days), LINED_UP):
        part = slice(first, first + LINED_UP)
        found = _of_line(_padded(days[part], (width - 1) * stride), width, stride)
        known = _known(days[part], width, stride)
        partly = np.nonzero(np.isnan(found) & (known >= least))
        ordered = np.sort(_windows(days[part], width, stride)[partly], axis=-1)
        found[partly] = _middle(ordered, known[partly], least)
        result[part] = found
    return result


def _of_line(padded: Floats, width: int, stride: int) -> Floats:
    """Return the medians of whole windows, all series one after the other.

    Windows that hold days of two series lie in what was added before each, and are
    left out again.
    """
    added = (width - 1) * stride
    found = medians.of_windows(padded.ravel(), width, stride)
    whole = np.concatenate([found, np.empty(added)]).reshape(padded.shape)
    return whole[:, : padded.shape[1] - added]


def _known(days: Floats, width: int, stride: int = 1) -> Ints:
    """Return how many days of each day's window are known, ``(n_series, n_days)``."""
    added = np.zeros((len(days), (width - 1) * stride), dtype=np.bool_)
    known = np.concatenate([added, np.isfinite(days)], axis=1).view(np.uint8)
    count = np.zeros(days.shape, dtype=np.int16)
    for first in range(0, width * stride, stride):
        count += known[:, first : first + days.shape[1]]
    return count


def _middle(ordered: Floats, known: Ints, least: int) -> Floats:
    """Return the medians of the first numbers of each window, which are in order.

    NaN where there are too few.
    """
    low, high = (
        np.take_along_axis(ordered, place[..., None].astype(np.intp), axis=-1)[..., 0]
        for place in (np.maximum(known - 1, 0) // 2, known // 2)
    )
    return np.where(known >= least, 0.5 * (low + high), np.nan)


def _windows(days: Floats, width: int, stride: int = 1) -> Floats:
    """Return a view, ``(n_series, n_days, width)``, of each day and those before it."""
    added = (width - 1) * stride
    sliding = np.lib.stride_tricks.sliding_window_view(
        _padded(days, added), added + 1, axis=1
    )
    return sliding[:, :, ::stride]


def _padded(days: Floats, added: int) -> Floats:
    before = np.full((len(days), added), np.nan)
    return np.concatenate([before, days], axis=1)


def _medians(windows: Floats, least: int) -> Floats:
    """Return medians over the last axis, block by block."""
    result = np.empty(windows.shape[:-1])
    for first in range(0, len(windows), BLOCK):
        part = slice(first, first + BLOCK)
        result[part] = _median(windows[part], least)
    return result


def _median(windows: Floats, least: int) -> Floats:
    """Return the median over the last axis; sorting puts NaN at its end."""
    ordered = np.sort(windows, axis=-1)
    width = windows.shape[-1]
    medians = 0.5 * (ordered[..., (width - 1) // 2] + ordered[..., width // 2])
    is_partly = np.isnan(ordered[..., -1])
    if is_partly.any():
        medians[is_partly] = _of_known(ordered[is_partly], least)
    return np.asarray(medians)


def _of_known(ordered: Floats, least: int) -> Floats:
    """Return the medians of what is known in each row, NaN where that is too little."""
    count = np.isfinite(ordered).sum(axis=-1)
    rows = np.arange(len(ordered))
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    picked = 0.5 * (ordered[rows, low] + ordered[rows, high])
    return np.where(count >= least, picked, np.nan)
