"""Falls at the end of a table, which may only be that not all has arrived.

A table is often exported in the middle of a day, and bills of the newest days are
filled up later. A table does not say so. What is missing can only bring a value nearer
to zero: whatever lies further out, or beyond zero, is told at once.

Known weakness: a true fall is told as late as its day is held to be complete.
"""

from dataclasses import replace

import numpy as np

from tasks.core.detectors import Flags, Floats
from tasks.core.scoring.points import DAY_SECONDS, Points

# Points at the end that may be incomplete: bills of cloud providers fill up a day for
# about two days; of other steps it is the one in which the table was written.
DAYS, OTHERS = 2, 1


def usual(step: float) -> int:
    """Return how many points at the end of a table may be incomplete.

    Examples:
        >>> usual(86_400), usual(3_600)
        (2, 1)
    """
    return DAYS if DAY_SECONDS[0] <= step <= DAY_SECONDS[1] else OTHERS


def hold_back(values: Floats, found: Points, last: int) -> tuple[Points, int]:
    """Leave out events that begin at the end and that missing parts would explain.

    Args:
        values: ``(n_series, n_points)`` that were judged.
        found: What was made of them.
        last: How many points at the end may be incomplete.

    Returns:
        The same without them, and how many events were left out.
    """
    end = values.shape[1]
    is_late = found.event >= max(end - last, 0)
    events = np.where(is_late, found.event, -1)
    explains = _would_explain(values, found.expected)
    held = np.zeros(values.shape, dtype=np.bool_)
    count = 0
    for row in np.flatnonzero(is_late.any(axis=1)):
        for first in np.unique(events[row][is_late[row]]):
            is_one = events[row] == first
            if explains[row, is_one].all():
                held[row] |= is_one
                count += 1
    kept = replace(
        found,
        is_odd=found.is_odd & ~held,
        event=np.where(held, -1, found.event),
    )
    return kept, count


def _would_explain(values: Floats, expected: Floats) -> Flags:
    """Return where a value lies between zero and what was expected."""
    is_nearer = np.abs(values) < np.abs(expected)
    return np.asarray(is_nearer & (values * np.sign(expected) >= 0), dtype=np.bool_)
