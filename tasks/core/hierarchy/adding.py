"""Sums over many series, a few of them at a time.

The series of a group lie apart, and to bring all of them together first takes longer
than to add them up.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats

# Series that are brought together at a time, near the processor.
BLOCK = 128


def added(
    days: Floats | Flags,
    rows: NDArray[np.int64],
    add: Callable[..., Any] = np.sum,
) -> Any:
    """Return the sum of some series, ``(n_days,)``, each added to those before it.

    Args:
        days: ``(n_series, n_days)``.
        rows: The series.
        add: What adds up: ``np.sum``, ``np.nansum``, or what takes the most or least.

    Examples:
        >>> added(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([0, 2]))
        array([6., 8.])
    """
    total = add(days[rows[:BLOCK]], axis=0)
    for first in range(BLOCK, len(rows), BLOCK):
        more = days[rows[first : first + BLOCK]]
        total = add(np.concatenate([total[None], more]), axis=0)
    return total
