"""What is kept of what was heard, and how it is made out again.

Everything lies in rows, one for each series, whatever it is: numbers of days, flags of
days as bits, and what ``Past`` asks for. What is odd on few days lies apart.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection import memory
from tasks.core.detection.declaration import Detection
from tasks.core.detection.habits import Habit
from tasks.core.detection.memory import Arrays, Kept, Memory
from tasks.core.detection.voices import Spoken
from tasks.core.detectors import (
    Flags,
    Floats,
    Panel,
    Scores,
    bodies,
    days_off,
    past,
    walks,
    weekends,
)
from tasks.core.detectors.past import Past, Trail
from tasks.core.detectors.walks import GoingOn
from tasks.core.detectors.weekends import Weekends

# Flags of a day, the first one in the lowest bit.
BITS = (*Habit.__slots__, "firm", "excused")
PAST = tuple(f"past_{name}" for name in past.KEPT)
ROWS = (*Scores.__slots__, "bits", "weekend_score", "weekend_is_like", "places", *PAST)

# Who speaks of few days.
SPOKEN = ("thresholds", "unit_price", "drift")

# Share of series of which all must be as they were for it to be worth the while.
SAME = 0.5

# Series whose marks are looked at in one go.
PART = 4096


class Days(NamedTuple):
    """What was heard of days of some series, as ``voices.Heard`` has it."""

    seasonal: Scores
    firm: Flags
    excused: Flags
    habit: Habit
    weekends: Weekends


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was heard of the series of a panel before.

    Attributes:
        until: Column of the first day that was not.
        is_same: ``(n_series,)`` which series are as they were then, so far as is known.
        kept: Where it is kept.
        spoken: By detector's name, what was said of odd days, by row of this panel.
        names: Names of the days off before.
    """

    until: int
    is_same: Flags
    kept: Kept
    spoken: dict[str, Spoken]
    names: tuple[str, ...]

    @property
    def is_all(self) -> bool:
        """Whether every series that was heard then is as it was."""
        return self.kept.is_complete and bool(self.is_same[self.kept.places >= 0].all())

    def of(self, panel: Panel, part: slice) -> tuple[NDArray[np.int64], Days, Past]:
        """Return what is kept of some series.

        Args:
            panel: Those series.
            part: Where they stand. Those that are broken are marked as new.

        Returns:
            Rows of the part of which something is kept, and what.
        """
        arrays, is_sound = self.kept.of(part, ROWS)
        self.is_same[part] &= is_sound
        rows = np.flatnonzero(self.is_same[part])
        own = {name: array[rows] for name, array in arrays.items()}
        bits = own["bits"]
        flags = {
            name: (bits >> bit & 1).astype(np.bool_) for bit, name in enumerate(BITS)
        }
        known = np.isfinite(panel.costs[rows, : self.until - past.BACK])
        return (
            rows,
            Days(
                seasonal=Scores(*(own[name] for name in Scores.__slots__)),
                firm=flags["firm"],
                excused=flags["excused"],
                habit=Habit(*(flags[name] for name in Habit.__slots__)),
                weekends=Weekends(
                    own["weekend_score"], own["weekend_is_like"].astype(np.bool_)
                ),
            ),
            Past(
                until=self.until,
                known=np.count_nonzero(known, axis=1),
                kept={name: own[f"past_{name}"] for name in past.KEPT},
                places=own["places"],
                names=self.names,
            ),
        )

    def spoken_of(self, part: slice, rows: NDArray[np.int64]) -> dict[str, Spoken]:
        """Return what was said of odd days of rows of a part, by those rows."""
        found = {}
        for name, said in self.spoken.items():
            first, last = np.searchsorted(said.rows, [part.start, part.stop])
            near = said.only(slice(int(first), int(last)))
            near = near._replace(rows=near.rows - part.start)
            found[name] = near.only(np.isin(near.rows, rows))
        return found


def recall(
    mind: Memory, panel: Panel, params: Detection, threads: Executor
) -> Recalled | None:
    """Return what was heard before of a panel, where that is worth the while."""
    if not past.is_enough(params):
        return None
    kept = mind.recall(panel)
    if kept is None or kept.until >= panel.n_days:
        return None
    is_same = np.zeros(len(panel.costs), dtype=np.bool_)

    def compare(part: slice) -> None:
        own, is_sound = kept.of(part, ["mark"])
        now = memory.marks(panel.rows(part), kept.until)
        is_same[part] = is_sound & (own["mark"][:, 0] == now)

    list(threads.map(compare, bodies.parts(len(is_same), PART)))
    is_same &= kept.places >= 0
    if is_same.mean() < SAME:
        return None
    off = days_off.of(panel)
    names = off.names[: int((off.columns < kept.until).sum())]
    spoken = _spoken_of(kept.together, kept.places)
    return Recalled(kept.until, is_same, kept, spoken, names)


def going_on(score: Floats, recalled: Recalled | None) -> GoingOn | None:
    """Return how rare days were, where every score before is what it was.

    Args:
        score: ``(n_series, n_days)``.
        recalled: What was heard before.
    """
    if recalled is None or not recalled.is_all:
        return None
    new = score[~recalled.is_same, : recalled.until]
    if np.isfinite(new).any():
        return None

    def rows(part: slice) -> tuple[Arrays, Flags]:
        return recalled.kept.of(part, walks.ROWS)

    return GoingOn(recalled.until, rows, recalled.is_same, recalled.kept.together)


def rows_of(
    panel: Panel,
    days: Days,
    trails: Sequence[tuple[NDArray[np.int64], Trail]],
    until: int,
) -> Arrays:
    """Return what to keep of some series.

    Args:
        panel: The series.
        days: What was heard of all of their days.
        trails: What a later ``Past`` needs, with the rows that it is about.
        until: Column before which it is kept.
    """
    bits = np.zeros(days.firm[:, :until].shape, dtype=np.uint8)
    habit = (getattr(days.habit, name) for name in Habit.__slots__)
    for bit, flags in enumerate((*habit, days.firm, days.excused)):
        bits |= flags[:, :until].astype(np.uint8) << bit
    pairs = int((weekends.sundays(panel) < until).sum())
    places = len(memory.calendar(panel, until))
    found = {
        **{name: getattr(days.seasonal, name)[:, :until] for name in Scores.__slots__},
        "bits": bits,
        "weekend_score": days.weekends.score[:, :pairs],
        "weekend_is_like": days.weekends.is_like_weekdays[:, :pairs].astype(np.uint8),
        "mark": memory.marks(panel, until)[:, None],
        "places": np.empty((len(bits), places)),
        **{
            f"past_{name}": np.empty((len(bits), width))
            for name, width in past.KEPT.items()
        },
    }
    for rows, trail in trails:
        for name, values in trail.before(until).items():
            found[f"past_{name}"][rows] = values
        if trail.places is not None:
            found["places"][rows] = trail.places[:, :places]
    return found


def together_of(
    spoken: Sequence[dict[str, Spoken]], parts: Sequence[slice], until: int
) -> Arrays:
    """Return what to keep of what was said of odd days, part by part."""
    found = {}
    for name in SPOKEN:
        known = [said[name].only(said[name].columns < until) for said in spoken]
        rows = [one.rows + part.start for one, part in zip(known, parts, strict=True)]
        found[f"{name}_rows"] = np.concatenate(rows)
        found[f"{name}_columns"] = np.concatenate([one.columns for one in known])
        for field in Scores.__slots__:
            scores = [getattr(one.scores, field) for one in known]
            found[f"{name}_{field}"] = np.concatenate(scores)
    return found


def _spoken_of(together: Arrays, places: NDArray[np.int64]) -> dict[str, Spoken]:
    """Return what was said of odd days, by row of the panel, in order."""
    now = np.full(int(places.max(initial=-1)) + 1, -1)
    now[places[places >= 0]] = np.flatnonzero(places >= 0)
    found = {}
    for name in SPOKEN:
        rows = together[f"{name}_rows"]
        rows = np.where(rows < len(now), now[np.minimum(rows, len(now) - 1)], -1)
        scores = Scores(*(together[f"{name}_{field}"] for field in Scores.__slots__))
        order = np.lexsort((together[f"{name}_columns"], rows))
        said = Spoken(rows, together[f"{name}_columns"], scores).only(order)
        found[name] = said.only(said.rows >= 0)
    return found
