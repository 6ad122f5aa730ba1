"""What all detectors say of all series, in as little room as it takes.

Series are heard in parts, several at once, and of each part only what is needed later
is kept. Of most days only the seasonal detector has anything to say: it alone is kept
for every day, the others for the days that they call odd.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tasks.core.detection import floors, memory, remembering, voices
from tasks.core.detection.declaration import Detection
from tasks.core.detection.habits import Habit
from tasks.core.detection.memory import Memory
from tasks.core.detection.remembering import Days, Recalled
from tasks.core.detection.voices import Heard, Rows, Spoken
from tasks.core.detectors import Flags, Floats, Panel, Scores, bodies, weekends
from tasks.core.detectors.past import Past, Trail
from tasks.core.detectors.seasonal import Seasonal
from tasks.core.detectors.thresholds import Thresholds
from tasks.core.detectors.weekends import Weekends

SEASONAL = Seasonal.name
THRESHOLDS = Thresholds.name

# Detectors that are kept for the days that they call odd. They speak whether or not a
# level was there before.
OTHERS = (THRESHOLDS, "new_scope", "unit_price", "drift")

# Series that are heard at once, beside others.
PART = 256


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the detectors say; every array is ``(n_series, n_days)``.

    Attributes:
        seasonal: What the seasonal detector makes of each day.
        says: By name of the others, where they call the day odd.
        firm: Where a threshold is exceeded that asks for nothing else.
        material: Where the seasonal deviation is worth a word.
        habit: What the series did before.
        weekends: What their weekends say.
    """

    seasonal: Scores
    says: dict[str, Flags]
    firm: Flags
    material: Flags
    habit: Habit
    weekends: Weekends


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at, and with what.

    Attributes:
        panel: The series.
        floor: ``(n_accounts, n_days)`` smallest deviation that is worth a word.
        params: As configured.
        recalled: What was heard of the series before, if anything was.
        mind: Where to keep what is heard, if it is to be.
        until: Column before which it is kept.
    """

    panel: Panel
    floor: Floats
    params: Detection
    recalled: Recalled | None
    mind: Memory | None
    until: int


def parts(panel: Panel) -> list[slice]:
    """Return the series in parts, in order; at least one."""
    return bodies.parts(len(panel.costs), PART)


def hear(
    panel: Panel,
    params: Detection,
    threads: Executor,
    recalled: Recalled | None = None,
    mind: Memory | None = None,
) -> tuple[Hearing, list[dict[str, Spoken]]]:
    """Ask every detector about every series.

    Args:
        panel: The series.
        params: As configured.
        threads: Where parts are heard.
        recalled: What was heard of the series before, if anything was.
        mind: Where to keep what is heard, if it is to be.

    Returns:
        What is kept of all days, and for each of ``parts`` what the others say of odd
        ones, by name.
    """
    kept = _empty(panel)
    floor = floors.account_floor(panel, params)
    until = memory.end_of_kept(panel)
    looked = Looked(panel, floor, params, recalled, mind, until)
    return kept, list(threads.map(partial(_listen, looked, kept), parts(panel)))


def _empty(panel: Panel) -> Hearing:
    shape = panel.costs.shape
    pairs = (len(panel.costs), len(weekends.sundays(panel)))

    def flags() -> Flags:
        return np.empty(shape, dtype=np.bool_)

    return Hearing(
        seasonal=Scores(*(np.empty(shape) for _ in range(4))),
        says={name: np.zeros(shape, dtype=np.bool_) for name in OTHERS},
        firm=flags(),
        material=flags(),
        habit=Habit(*(flags() for _ in Habit.__slots__)),
        # Laid out by weekend, as they come: sums of single precision depend on it.
        weekends=Weekends(np.empty(pairs, order="F"), np.empty(pairs, dtype=np.bool_)),
    )


def _listen(looked: Looked, kept: Hearing, part: slice) -> dict[str, Spoken]:
    """Hear some series, keep what they say of all days, and return the rest."""
    some = looked.panel.rows(part)
    days = _days(kept, part)
    said: list[tuple[Rows, dict[str, Spoken]]] = []
    trails: list[tuple[Rows, Trail]] = []
    for rows, before in _known(looked, some, part, days, said):
        if not rows.size:
            continue
        heard = voices.listen(
            some.rows(rows), looked.params, before, is_kept=looked.mind is not None
        )
        _write(days, rows, heard)
        said.append((rows, heard.spoken))
        if heard.trail is not None:
            trails.append((rows, heard.trail))
    spoken = _together(said)
    if looked.mind is not None:
        kept_rows = remembering.rows_of(some, days, trails, looked.until)
        looked.mind.keep(part, kept_rows)
    return _worth(looked, kept, part, days, spoken)


def _days(kept: Hearing, part: slice) -> Days:
    """Return where what is heard of some series is written."""
    return Days(
        seasonal=Scores(*(getattr(kept.seasonal, n)[part] for n in Scores.__slots__)),
        firm=kept.firm[part],
        excused=np.empty(kept.firm[part].shape, dtype=np.bool_),
        habit=Habit(*(getattr(kept.habit, n)[part] for n in Habit.__slots__)),
        weekends=Weekends(
            *(getattr(kept.weekends, n)[part] for n in Weekends.__slots__)
        ),
    )


def _known(
    looked: Looked,
    some: Panel,
    part: slice,
    days: Days,
    said: list[tuple[Rows, dict[str, Spoken]]],
) -> list[tuple[Rows, Past | None]]:
    """Write what is known of some series; return what there is to go on from.

    Series of which nothing is known are heard from their first day on.
    """
    recalled = looked.recalled
    if recalled is None:
        return [(np.arange(len(some.costs)), None)]
    rows, old, before = recalled.of(some, part)
    _write(days, rows, old, is_old=True)
    before_of = recalled.spoken_of(part, rows)
    said.append((np.arange(len(some.costs)), before_of))
    others = np.setdiff1d(np.arange(len(some.costs)), rows)
    return [(rows, before), (others, None)]


def _write(
    days: Days, rows: Rows, heard: Days | Heard, *, is_old: bool = False
) -> None:
    """Write what was heard of the newest days of some rows, or of the oldest ones."""
    pairs: list[tuple[Any, Any, Sequence[str]]] = [(days, heard, ("firm", "excused"))]
    for name, kind in (("seasonal", Scores), ("habit", Habit), ("weekends", Weekends)):
        pairs.append((getattr(days, name), getattr(heard, name), kind.__slots__))
    for into, out, names in pairs:
        for name in names:
            whole, own = getattr(into, name), getattr(out, name)
            count = own.shape[1]
            first = 0 if is_old else whole.shape[1] - count
            whole[rows, first : first + count] = own


def _together(said: Sequence[tuple[Rows, dict[str, Spoken]]]) -> dict[str, Spoken]:
    """Return what was said of rows of a part, by row and day."""
    found = {}
    for name in said[0][1]:
        rows = np.concatenate([of[spoken[name].rows] for of, spoken in said])
        columns = np.concatenate([spoken[name].columns for _, spoken in said])
        scores = [
            np.concatenate([getattr(spoken[name].scores, field) for _, spoken in said])
            for field in Scores.__slots__
        ]
        order = np.lexsort((columns, rows))
        found[name] = Spoken(rows, columns, Scores(*scores)).only(order)
    return found


def _worth(
    looked: Looked, kept: Hearing, part: slice, days: Days, spoken: dict[str, Spoken]
) -> dict[str, Spoken]:
    """Hold what was said against the floors, and return it all."""
    some = looked.panel.rows(part)
    floor, params = looked.floor[some.accounts], looked.params
    kept.material[part] = ~days.excused & voices.material(
        some, days.seasonal.expected, floor, params
    )
    said = {**spoken, "new_scope": voices.new_scopes(some, floor, params)}
    for name, one in said.items():
        is_worth = voices.worth(some, floor, params, name, one)
        kept.says[name][part][one.rows[is_worth], one.columns[is_worth]] = True
    return said
