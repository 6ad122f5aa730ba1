"""Weekends that were left on: both days together, where each alone says too little.

A series that rests at weekends, and does not on one, lies off by what it rests: little
more than its noise, but twice, and to where its weekdays are. Both days are judged as
one, on the Sunday, and compared with the earlier weekends of the series.

Known weakness: weekends are Saturdays and Sundays; a fall on weekdays, such as a job
that did not run, is judged day by day.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats, Panel, medians
from tasks.core.detectors.seasonal import Season

SUNDAY = 6

# How much cheaper a weekend must be than weekdays, on the logarithmic scale; the share
# of that which a broken one makes up for, more than the five days before it lie off, or
# the whole series moves; and deviations by which it may exceed it.
RESTS = 0.1
MAKES_UP = 0.5
EXCEEDS = 3.0

# Weekends that are calibrated at once, and how many before them they are compared with.
STEP = 2
WINDOW = 52


@dataclass(frozen=True, slots=True)
class Weekends:
    """What weekends say; arrays are ``(n_series, n_weekends)``.

    Attributes:
        score: Both days' scores, as one; NaN where one was not judged.
        is_like_weekdays: They cost what weekdays do, where weekends used to be cheaper.
    """

    score: Floats
    is_like_weekdays: Flags


def sundays(panel: Panel) -> NDArray[np.int64]:
    """Return the columns of Sundays that have a week before them."""
    first = (SUNDAY - panel.start.weekday()) % 7
    return np.arange(first if first >= SUNDAY else first + 7, panel.n_days, 7)


def weekends(panel: Panel, season: Season, score: Floats) -> Weekends:
    """Return what each weekend says, by its Sunday.

    Args:
        panel: The series.
        season: What is normal for them.
        score: Their seasonal scores.
    """
    sunday = sundays(panel)
    saturday = sunday - 1
    offset = season.offset
    weekdays = medians.of_five([offset[:, sunday - back] for back in range(2, 7)])
    rests = weekdays - (offset[:, saturday] + offset[:, sunday]) / 2
    off = season.scaled - season.centre
    both = off[:, saturday], off[:, sunday]
    mean = (both[0] + both[1]) / 2
    before = medians.of_five([off[:, sunday - back] for back in range(2, 7)])
    return Weekends(
        score=(score[:, saturday] + score[:, sunday]) / np.sqrt(2),
        is_like_weekdays=(rests >= RESTS)
        & (np.minimum(*both) > 0)
        & (mean - np.maximum(before, 0.0) >= MAKES_UP * rests)
        & (mean <= rests + EXCEEDS * season.spread[:, sunday]),
    )
