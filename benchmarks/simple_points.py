"""Simple detectors of odd points, to hold ``score`` against at equal false alarms.

Each returns how far every point lies out, in a unit of its own; NaN where it knows too
little. All but ``fixed`` read the points before a point alone.
"""

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tasks.core.detectors.seasonal import MAD_TO_SIGMA
from tasks.core.scoring import lengths

Floats = NDArray[np.float64]

# Points of a window at least and at most, and how many of them must be known.
WINDOW = (100, 2_000)
KNOWN = 30

# Share of a file over which Numenta's windowed Gaussian looks back.
SHARE = 0.02

# Share of a file that a fixed bound is made of.
FIRST = 0.15

# Noise that every series is granted, as a share of its usual size, and never none.
SMALLEST, NONE_AT_ALL = 0.02, 1e-9

# Days before of which the same time is looked at.
DAYS = 8


def gaussian(values: Floats, _step: float) -> Floats:
    """Mean and deviation of a window before, as in Numenta's benchmark."""
    points = pd.Series(values)
    width = max(WINDOW[0], int(SHARE * values.size))
    before = points.shift(1).rolling(width, min_periods=KNOWN)
    noise = np.maximum(before.std(), NONE_AT_ALL)
    return np.asarray((points - before.mean()).abs() / noise)


def median(values: Floats, step: float) -> Floats:
    """Median of the day before, and the median deviation from it."""
    before = pd.Series(values).shift(1).rolling(_day(step), min_periods=KNOWN)
    return _by_deviation(values, np.asarray(before.median()), step)


def time_of_day(values: Floats, step: float) -> Floats:
    """Median of the same time in eight days before; of daily values in eight weeks."""
    turn = max(round(lengths.DAY / step), 1)
    turn = 7 if turn < lengths.SHORTEST else turn
    points = pd.Series(values)
    lags = np.stack([points.shift(turn * day) for day in range(1, DAYS + 1)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where nothing is known
        usual = np.nanmedian(lags, axis=0)
    usual = np.where(np.isfinite(lags).sum(axis=0) > 1, usual, np.nan)
    return _by_deviation(values, usual, step)


def smoothed(values: Floats, _step: float) -> Floats:
    """Exponentially weighted mean, and the deviation from it."""
    points = pd.Series(values)
    off = points - points.shift(1).ewm(alpha=0.1, min_periods=KNOWN).mean()
    size = (off**2).shift(1).ewm(alpha=0.02, min_periods=KNOWN).mean()
    return np.asarray(off.abs() / np.maximum(np.sqrt(size), NONE_AT_ALL))


def fixed(values: Floats, _step: float) -> Floats:
    """Mean and deviation of the first part of a file, for the rest of it."""
    first = int(FIRST * values.size)
    mean, noise = np.nanmean(values[:first]), np.nanstd(values[:first])
    off = np.abs(values - mean) / max(float(noise), NONE_AT_ALL)
    return np.where(np.arange(values.size) < first, np.nan, off)


METHODS: dict[str, Callable[[Floats, float], Floats]] = {
    "windowed Gaussian": gaussian,
    "rolling median and MAD": median,
    "same time of day": time_of_day,
    "smoothed mean": smoothed,
    "fixed threshold": fixed,
}


def _by_deviation(values: Floats, usual: Floats, step: float) -> Floats:
    """Return the distance from what is usual in median deviations of the day before."""
    off = pd.Series(np.abs(values - usual))
    before = off.shift(1).rolling(_day(step), min_periods=KNOWN)
    granted = np.maximum(SMALLEST * np.abs(usual), NONE_AT_ALL)
    noise = np.maximum(MAD_TO_SIGMA * np.asarray(before.median()), granted)
    return np.asarray(off / noise)


def _day(step: float) -> int:
    return int(np.clip(round(lengths.DAY / step), *WINDOW))
