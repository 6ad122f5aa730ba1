"""What all detectors say of all series, in as little room as it takes.

Series are heard in parts, several at once, and of each part only what is needed later
is kept. Of most days only the seasonal detector has anything to say: it alone is kept
for every day, the others for the days that they call odd.
"""

from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection import floors, voices
from tasks.core.detection.declaration import Detection
from tasks.core.detection.habits import Habit
from tasks.core.detection.voices import Heard
from tasks.core.detectors import Flags, Floats, Panel, Scores, bodies, weekends
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


class Spoken(NamedTuple):
    """What a detector says of days that it calls odd.

    Attributes:
        rows: Their series.
        columns: Their days.
        scores: What it makes of each, in the same order.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    scores: Scores


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


def parts(panel: Panel) -> list[slice]:
    """Return the series in parts, in order; at least one."""
    return bodies.parts(len(panel.costs), PART)


def hear(
    panel: Panel, params: Detection, threads: Executor
) -> tuple[Hearing, list[dict[str, Spoken]]]:
    """Ask every detector about every series.

    Args:
        panel: The series.
        params: As configured.
        threads: Where parts are heard.

    Returns:
        What is kept of all days, and for each of ``parts`` what the others say of odd
        ones, by name.
    """
    kept = _empty(panel)
    floor = floors.account_floor(panel, params)
    listen = partial(_listen, panel, floor, params, kept)
    return kept, list(threads.map(listen, parts(panel)))


def _empty(panel: Panel) -> Hearing:
    shape = panel.costs.shape
    pairs = (len(panel.costs), len(weekends.sundays(panel)))

    def flags() -> Flags:
        return np.empty(shape, dtype=np.bool_)

    return Hearing(
        seasonal=Scores(*(np.empty(shape) for _ in range(4))),
        says={name: flags() for name in OTHERS},
        firm=flags(),
        material=flags(),
        habit=Habit(*(flags() for _ in Habit.__slots__)),
        # Laid out by weekend, as they come: sums of single precision depend on it.
        weekends=Weekends(np.empty(pairs, order="F"), np.empty(pairs, dtype=np.bool_)),
    )


def _listen(
    panel: Panel, floor: Floats, params: Detection, kept: Hearing, part: slice
) -> dict[str, Spoken]:
    """Hear some series, keep what they say of all days, and return the rest."""
    some = panel.rows(part)
    heard = voices.listen(some, floor[some.accounts], params)
    for name in Scores.__slots__:
        getattr(kept.seasonal, name)[part] = getattr(heard.scores[SEASONAL], name)
    for name in Habit.__slots__:
        getattr(kept.habit, name)[part] = getattr(heard.habit, name)
    for name in Weekends.__slots__:
        getattr(kept.weekends, name)[part] = getattr(heard.weekends, name)
    kept.firm[part] = heard.firm
    kept.material[part] = heard.material
    for name in OTHERS:
        kept.says[name][part] = heard.says[name]
    return {name: _spoken(heard, name) for name in OTHERS}


def _spoken(heard: Heard, name: str) -> Spoken:
    rows, columns = np.nonzero(heard.says[name])
    own = heard.scores[name]
    picked = (getattr(own, field)[rows, columns] for field in Scores.__slots__)
    return Spoken(rows, columns, Scores(*picked))
