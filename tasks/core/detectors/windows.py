"""Statistics over trailing windows of many series at once, blind to NaN."""

from collections.abc import Callable

import numpy as np

from tasks.core.detectors import Floats

# Series worked on at a time: a window copies its days, and 256 series of 400 days
# with windows of 56 days already fill 46 MB.
BLOCK = 256


def trailing_quantile(days: Floats, width: int, least: int, share: float) -> Floats:
    """Return a quantile of each day's last ``width`` days, that day included.

    Args:
        days: ``(n_series, n_days)``; NaN is left out.
        width: Days in the window.
        least: Days that must be known; with fewer the result is NaN.
        share: 0.5 for the median. Between two days the mean of both is taken for the
            median; other quantiles take the lower one.

    Examples:
        >>> days = np.array([[1.0, np.nan, 3.0, 10.0]])
        >>> trailing_quantile(days, 3, 2, 0.5)
        array([[nan, nan, 2. , 6.5]])
    """
    return _blockwise(days, lambda part: _quantile(part, width, least, share))


def trailing_median(days: Floats, width: int, least: int) -> Floats:
    """Return the median of each day's last ``width`` days, that day included."""
    return trailing_quantile(days, width, least, 0.5)


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


def same_weekday_median(days: Floats, weeks: int, least: int) -> Floats:
    """Return the median of the same weekday in the last weeks, that day left out."""
    lags = np.stack([earlier(days, 7 * week) for week in range(1, weeks + 1)], axis=-1)
    return _of_known(lags, least, 0.5)


def same_weekday_mean(days: Floats, weeks: int, least: int) -> Floats:
    """Return the mean of the same weekday in the last weeks, that day left out."""
    lags = np.stack([earlier(days, 7 * week) for week in range(1, weeks + 1)], axis=-1)
    known = np.isfinite(lags)
    count = known.sum(axis=-1)
    total = np.where(known, lags, 0.0).sum(axis=-1)
    return np.where(count >= least, total / np.maximum(count, 1), np.nan)


def age(days: Floats) -> Floats:
    """Return how many days of each series are known before each day."""
    return np.cumsum(np.isfinite(days), axis=1) - np.isfinite(days).astype(np.float64)


def _blockwise(days: Floats, of_block: Callable[[Floats], Floats]) -> Floats:
    result = np.empty(days.shape)
    for first in range(0, len(days), BLOCK):
        result[first : first + BLOCK] = of_block(days[first : first + BLOCK])
    return result


def _quantile(days: Floats, width: int, least: int, share: float) -> Floats:
    before = np.full((len(days), width - 1), np.nan)
    padded = np.concatenate([before, days], axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, width, axis=1)
    return _of_known(windows, least, share)


def _of_known(windows: Floats, least: int, share: float) -> Floats:
    """Return a quantile over the last axis; sorting puts NaN at its end."""
    ordered = np.sort(windows, axis=-1)
    count = np.isfinite(windows).sum(axis=-1)
    last = np.maximum(count - 1, 0)
    low = np.floor(last * share).astype(np.int64)
    high = np.where(share == 0.5, np.ceil(last * share), low).astype(np.int64)  # noqa: PLR2004 - the median
    picked = 0.5 * (
        np.take_along_axis(ordered, low[..., None], axis=-1)[..., 0]
        + np.take_along_axis(ordered, high[..., None], axis=-1)[..., 0]
    )
    return np.where(count >= least, picked, np.nan)
