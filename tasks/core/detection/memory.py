"""What was heard of series before, so that new days can be heard by themselves.

Of each series there is a mark of all days that it was heard with. Where a day of them
was restated, or none is kept, the series is heard anew from its first day; the answer
is the same to the last bit, kept or not.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import (
    Flags,
    Floats,
    Panel,
    bodies,
    calibration,
    days_off,
    past,
)

Arrays = Mapping[str, NDArray[Any]]
Marks = NDArray[np.uint64]

# What is kept ends so many days at least before the newest one, which are restated as
# a rule, and with days of which p-values are made at once.
OLD = 8

# Series whose days are marked at a time.
BLOCK = 256

# Weights of a mixture of bits that leaves no two days alike (Steele, Lea and Flood,
# "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014).
GOLDEN, FIRST, SECOND = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)


class Kept(Protocol):
    """What an earlier look kept."""

    @property
    def until(self) -> int:
        """Column of the first day of which nothing is kept."""

    @property
    def places(self) -> NDArray[np.int64]:
        """Where each series of the panel stood then; -1 where it was not there."""

    @property
    def is_complete(self) -> bool:
        """Whether all series of then are there still."""

    @property
    def together(self) -> Arrays:
        """What is kept of all series together."""

    def of(self, part: slice, names: Sequence[str]) -> tuple[Arrays, Flags]:
        """Return what is kept of some series of the panel, and where it is sound.

        Of a series that was not there then, or of which it is broken, it is anything.
        """


class Memory(Protocol):
    """Where what was heard is kept from one look to the next."""

    def recall(self, panel: Panel) -> Kept | None:
        """Return what is kept of the days of a panel, if anything is."""

    def begin(self, panel: Panel, until: int) -> bool:
        """Get ready to keep what was heard before a column; False: do not."""

    def keep(self, part: slice, rows: Arrays) -> None:
        """Keep what is said of some series, a row for each."""

    def finish(self, together: Arrays) -> None:
        """Keep what is said of all series; only now all of it counts."""


def end_of_kept(panel: Panel) -> int:
    """Return the column before which all may be kept; 0 where that is too early."""
    until = (panel.n_days - OLD) // calibration.STEP * calibration.STEP
    return until if until > past.BACK else 0


def calendar(panel: Panel, until: int) -> tuple[tuple[str, int], ...]:
    """Return the days off before a column: what is kept rests on them."""
    off = days_off.of(panel)
    named = zip(off.names, off.columns.tolist(), strict=True)
    return tuple((name, column) for name, column in named if column < until)


def marks(panel: Panel, until: int) -> Marks:
    """Return a mark of each series' days before a column, ``(n_series,)``.

    Any other cost or quantity gives another mark, but for one in 2 ** 64.
    """
    found = np.empty(len(panel.costs), dtype=np.uint64)
    for part in bodies.parts(len(found), BLOCK):
        costs = _mixed(panel.costs[part, :until], 0)
        found[part] = costs + _mixed(panel.quantities[part, :until], until)
    return found


def _mixed(days: Floats, salt: int) -> Marks:
    place = np.arange(salt + 1, salt + days.shape[1] + 1, dtype=np.uint64) * GOLDEN
    bits = np.ascontiguousarray(days).view(np.uint64) + place
    bits = (bits ^ (bits >> np.uint64(30))) * FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * SECOND
    return np.asarray((bits ^ (bits >> np.uint64(31))).sum(axis=1, dtype=np.uint64))
