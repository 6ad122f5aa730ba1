"""What later days ask of earlier ones, so that new days can be judged by themselves.

What is normal on a day rests on levels, weekdays and noise of the weeks before it, and
those on the days before them. Where these are kept, new days need no look at the days
that they came from: what is worked out of the kept ones is the same to the last bit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection.declaration import Detection
from tasks.core.detectors import Floats

# Days before the first new one that are laid out again: whole weeks.
BACK = 140

# Days of a window that is summed as it goes on.
SUMMED = 14

WEEK = 7
LONGEST_MONTH = 31

# How many of the newest days are kept of each; of running sums there is one more.
KEPT = {
    "week": BACK,
    "level": BACK,
    "offset": BACK,
    "noise": BACK,
    "restless": BACK,
    "spread": BACK,
    "sure": 28,
    "days": SUMMED,
    "held": SUMMED,
    "score": SUMMED,
    "plain": SUMMED + 1,
    "placed": SUMMED + 1,
}


@dataclass(frozen=True, slots=True)
class Past:
    """What is kept of the days before ``until``.

    Attributes:
        until: Column of the first new day, a multiple of two weeks.
        known: ``(n_series,)`` how many days are known before those laid out again.
        kept: By name as in ``KEPT``, ``(n_series, …)``, the newest day last.
        places: ``(n_series, n)`` where each earlier day off lay above its level.
        names: Name of each of those days off.
    """

    until: int
    known: NDArray[np.int64]
    kept: Mapping[str, Floats]
    places: Floats
    names: tuple[str, ...]

    @property
    def first(self) -> int:
        """Column of the first day that is laid out again."""
        return self.until - BACK

    def whole(self, name: str) -> Floats:
        """Return what is kept, ``(n_series, BACK)``; NaN where nothing is."""
        own = self.kept[name]
        missing = np.full((len(own), BACK - own.shape[1]), np.nan)
        return np.concatenate([missing, own], axis=1)


@dataclass(slots=True)
class Trail:
    """What was worked out on the way, for a later ``Past``.

    Attributes:
        first: Column of the first day, by name as in ``KEPT``.
        arrays: ``(n_series, …)``, a day in each column.
        places: As in ``Past``, of all days off so far.
    """

    first: dict[str, int]
    arrays: dict[str, Floats]
    places: Floats | None = None

    def add(self, name: str, first: int, days: Floats) -> None:
        """Keep days from a column on."""
        self.first[name] = first
        self.arrays[name] = days

    def before(self, until: int) -> dict[str, Floats]:
        """Return what ``Past`` keeps of the days before a column.

        Of running sums the one of all those days is the last.
        """
        found = {}
        for name, width in KEPT.items():
            end = until - self.first[name] + (name in ("plain", "placed"))
            found[name] = self.arrays[name][:, end - width : end]
        return found


def joined(before: Floats | None, days: Floats) -> Floats:
    """Return days, those before the new ones as they are kept.

    Args:
        before: ``(n_series, BACK)`` what is kept, or None: all days are new.
        days: ``(n_series, n_days)``, those of ``before`` among them.
    """
    if before is None:
        return days
    return np.concatenate([before, days[:, BACK:]], axis=1)


def is_enough(params: Detection) -> bool:
    """Return whether no detector looks further back than what is laid out again."""
    usual = params.seasonality
    reaches = (
        WEEK * (usual.weeks + 1),
        usual.level_days + WEEK,
        usual.spread_days + 2 * WEEK,
        LONGEST_MONTH * (usual.months + 1),
        2 * params.prices.days + 2 * WEEK,
        *(WEEK * rule.weeks for rule in params.thresholds),
    )
    return max(reaches) <= BACK
