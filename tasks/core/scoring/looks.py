"""Several looks at a series: the point, what lasts, the noise, the level, the shape.

Each says how unusual a point is in a unit of its own, and none knows how much is much:
that is what ``records`` are for.

Source:
    Burnaev and Ishimtsev, "Conformalized density- and distance-based anomaly detection
    in time-series data", 2016, for distances to the nearest earlier shapes; Yeh et al.,
    "Matrix Profile I", ICDM 2016, for shapes that have no like.
"""

import numpy as np
import pandas as pd

from tasks.core.detectors import Floats, windows
from tasks.core.detectors.seasonal import MAD_TO_SIGMA
from tasks.core.scoring.forecasters import LEAST, trailing_median

# Days of points that a level and its spread are measured over, within these bounds.
DAYS, WIDTH = 14, (60, 4_000)

# Points whose surprises tell how noisy it is now, and what each is granted.
NOISY, GRANTED = 16, 0.1

# Parts of a day in a smoothed level and in a shape, and points at least.
SMOOTHED, FEWEST = 24, 3
SHAPE, SHORTEST_SHAPE = 6, 8

# Earlier shapes that are compared, how many must be as near, and shapes at once.
COMPARED, NEAREST, AT_ONCE = 2_000, 5, 50

# Noise that every series is granted, as a share of its level, and never none.
SMALLEST_NOISE, NONE_AT_ALL = 0.02, 1e-9


def noisiness(score: Floats) -> Floats:
    """Return the geometric mean of the last surprises, in deviations."""
    sizes = pd.Series(np.log(np.abs(score) + GRANTED))
    return np.asarray(np.exp(sizes.rolling(NOISY, min_periods=NOISY // 2).mean()))


def level_and_shape(values: Floats, day: int) -> tuple[Floats, Floats]:
    """Return how far the level is off, and how far the shape is from any before.

    Args:
        values: ``(n_points,)`` of one series, NaN where unknown.
        day: Points in a day.

    Returns:
        Two of ``(n_points,)``, in the spread of the values in the weeks before.
    """
    width = int(np.clip(DAYS * day, *WIDTH))
    usual = _before(values, width)
    spread = MAD_TO_SIGMA * _before(np.abs(values - usual), width)
    unit = np.maximum(spread, np.maximum(SMALLEST_NOISE * np.abs(usual), NONE_AT_ALL))
    few = max(FEWEST, day // SMOOTHED)
    smooth = pd.Series(values).rolling(few, min_periods=max(1, few // 2)).mean()
    level = np.abs(np.asarray(smooth) - usual) / unit
    return level, distance(values, max(SHORTEST_SHAPE, day // SHAPE)) / unit


def distance(values: Floats, length: int) -> Floats:
    """Return how far the last points are from the nearest earlier ones, per point.

    Args:
        values: ``(n_points,)`` of one series, NaN where unknown.
        length: Points of a shape.

    Returns:
        ``(n_points,)`` distance to the fifth nearest of the earlier shapes that share
        no point with it; NaN where there are too few.
    """
    found = np.full(values.size, np.nan)
    known = np.flatnonzero(np.isfinite(values))
    if values.size < length or not known.size:
        return found
    # Far from zero, the products below would leave nothing of small distances.
    filled = pd.Series(values - values[known[0]]).ffill(limit=length).to_numpy()
    shapes = np.lib.stride_tricks.sliding_window_view(filled, length)
    is_known = np.isfinite(shapes).all(axis=1)
    shapes = np.where(is_known[:, None], shapes, 0.0)
    squares = (shapes**2).sum(axis=1)
    for first in range(4 * length, len(shapes), AT_ONCE):
        now = slice(first, first + AT_ONCE)
        past = slice(max(0, first - COMPARED - length), first - length)
        apart = squares[now, None] + squares[None, past]
        apart -= 2.0 * shapes[now] @ shapes[past].T
        apart[:, ~is_known[past]] = np.inf
        nearest = np.partition(apart, NEAREST - 1, axis=1)[:, NEAREST - 1]
        away = np.sqrt(np.maximum(nearest, 0.0) / length)
        is_told = is_known[now] & np.isfinite(away)
        found[first + length - 1 :][: len(away)] = np.where(is_told, away, np.nan)
    return found


def _before(values: Floats, width: int) -> Floats:
    return np.asarray(windows.earlier(trailing_median(values, width, LEAST)[None])[0])
