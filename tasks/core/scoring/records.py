"""How far a value lies beyond what a series did before: records of earlier days.

Of each earlier block, a day of points, the largest value counts: its record. A value is
held against the median record, because some days were anomalies themselves, and its
distance is told in spreads of the records, on a logarithmic scale: a series that jumps
every day must jump higher. What lies within one spread is no news.

Known weakness: what comes back every week is new until it has come a few times, and
with three blocks a record means little.

Source:
    Gumbel, "Statistics of Extremes", 1958, for maxima of blocks. The share of blocks
    beyond a distance, ``per_block``, is a curve that was drawn through labelled series
    (docs/methods/scoring.md).
"""

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Floats
from tasks.core.detectors.seasonal import MAD_TO_SIGMA

# Blocks that are remembered, and those that must be known.
REMEMBERED, LEAST = 60, 3

# Spread of blocks before it is known, the blocks that belief weighs, and the smallest.
SPREAD, BELIEF, SMALLEST = 0.3, 5, 0.2

# Spreads above the median record that are no news.
USUAL = 1.0

# Share of quiet blocks in which something lies beyond that, and how soon fewer lie
# further out: AT_RECORD * (1 + distance / REACH) ** -POWER.
AT_RECORD, REACH, POWER = 0.2, 4.0, 4.5


def beyond(size: Floats, block: int, floor: float) -> Floats:
    """Return how far each value lies beyond the records of earlier blocks.

    Args:
        size: ``(n_points,)``, not negative, NaN where unknown.
        block: Points in a block.
        floor: Size below which all values are alike.

    Returns:
        ``(n_points,)`` in spreads; NaN where too little is known.

    Examples:
        >>> beyond(np.array([1.0, 2, 1, 2, 1, 2, 1, 9]), 2, 0.1).round(1)
        array([ nan,  nan,  nan,  nan,  nan,  nan, -4.5,  6.5])
    """
    count = -(-size.size // block)
    filled = np.full(count * block, np.nan)
    filled[: size.size] = np.log(np.maximum(size, floor))
    blocks = filled.reshape(count, block)
    largest = np.fmax.reduce(blocks, axis=1)
    found = np.full(blocks.shape, np.nan)
    for place in range(LEAST, count):
        past = largest[max(0, place - REMEMBERED) : place]
        past = past[np.isfinite(past)]
        if past.size >= LEAST:
            middle = float(np.median(past))
            found[place] = (blocks[place] - middle) / _spread(past, middle) - USUAL
    return found.ravel()[: size.size]


def per_block(distance: Floats) -> Floats:
    """Return the share of quiet blocks in which something lies so far out."""
    reach = np.maximum(distance, 0.0) / REACH
    return np.asarray(AT_RECORD * (1.0 + reach) ** -POWER)


def _spread(past: NDArray[np.float64], middle: float) -> float:
    own = MAD_TO_SIGMA * float(np.median(np.abs(past - middle)))
    weight = past.size / (past.size + BELIEF)
    return max(SMALLEST, weight * own + (1 - weight) * SPREAD)
