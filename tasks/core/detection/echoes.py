"""A step that was told, and shows again weeks later as a movement.

A new level is told when it begins. The detector of slow movements weighs the weeks
before it against those after it, and may find the same step again when it is normal
already. That is no second cause: what was told at length is not told again, and what
was told of a day or two goes on.
"""

import numpy as np

from tasks.core.detectors import Panel
from tasks.core.detectors.drift import LONGEST
from tasks.core.findings.kinds import SHIFT_DAYS
from tasks.core.findings.runs import Run

WEEK = 7

# Share of the way from the level before to that of now that the first week went.
AT_ONCE = 0.75


def is_echo(panel: Panel, run: Run, column: int) -> bool:
    """Return whether a movement that is told on a day is a step that was told before.

    Args:
        panel: The series.
        run: The last that was told of one of them, in the same direction.
        column: The day; nothing later is asked.
    """
    [row] = run.rows
    first, last = run.columns[0], run.columns[-1]
    if column - last > LONGEST or first < WEEK:
        return False
    begun = first if is_long(run) else last + 1
    if column - begun < 2 * WEEK - 1:
        return False
    before, then, now = (
        float(np.nanmean(panel.costs[row, day : day + WEEK]))
        for day in (first - WEEK, begun, column - WEEK + 1)
    )
    return bool(run.sign * (then - before) >= AT_ONCE * run.sign * (now - before) > 0)


def is_long(run: Run) -> bool:
    """Return whether enough days were told to call it a new level."""
    return len(run.columns) >= SHIFT_DAYS
