"""A step that was told, and shows again weeks later as a movement.

A new level is told when it begins. The detector of slow movements weighs the weeks
before it against those after it, and may find the same step again when it is normal
already. That is no second cause: what was told at length is not told again, and what
was told of a day or two goes on.
"""

from collections.abc import Mapping

import numpy as np

from tasks.core.detectors import Flags, Panel
from tasks.core.detectors.drift import LONGEST, SHORTEST, Drifting
from tasks.core.detectors.novelty import NewScope
from tasks.core.detectors.prices import UnitPrice
from tasks.core.findings.kinds import SHIFT_DAYS
from tasks.core.findings.runs import Run

WEEK = 7

# Share of the way from the level before to that of now that the first week went.
AT_ONCE = 0.75


def is_same(says: Mapping[str, Flags], run: Run, column: int) -> bool:
    """Return whether a day is told for what was told already, after quiet days.

    A series is new once, whether or not it rests in its first weeks. A price that stays
    is one, though on some days too much is used to tell. And lines through the last
    days that share days are one movement.

    Args:
        says: By detector's name, where it calls the day odd.
        run: The last that was told of one series, in the same direction.
        column: The day.
    """
    [row] = run.rows
    now = {name for name, days in says.items() if days[row, column]}
    if NewScope.name in now:
        return bool(says[NewScope.name][row, run.columns[0]])
    last = run.columns[-1]
    if UnitPrice.name in now:
        return bool(says[UnitPrice.name][row, last] and column - last <= LONGEST)
    is_drift = now == {Drifting.name} and says[Drifting.name][row, last]
    return bool(is_drift and column - last <= LONGEST)


def is_line_through(run: Run, column: int) -> bool:
    """Return whether the line of a movement goes through a day that was told.

    What a slow movement showed on single days, before there was a line through them, is
    part of it.

    Args:
        run: The last that was told of one series, in the same direction.
        column: The day, of which only slow movement tells.
    """
    return column - run.columns[-1] <= SHORTEST


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
        float(np.nanmedian(panel.costs[row, day : day + WEEK]))
        for day in (first - WEEK, begun, column - WEEK + 1)
    )
    return bool(run.sign * (then - before) >= AT_ONCE * run.sign * (now - before) > 0)


def is_long(run: Run) -> bool:
    """Return whether enough days were told to call it a new level."""
    return len(run.columns) >= SHIFT_DAYS
