"""Settings that would find more, or say less: tried on one half, stated on the other.

The best is the one with the largest F1 on the half that is looked at, all alerts of the
plain history counted as false, among those that raise no more alerts a week than people
said they would read. It is proposed only if it is better on the other half as well.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.core.backtest.figures import Figures
from tasks.core.detection.declaration import Detection

# By what the present settings are multiplied.
KNOBS = (0.5, 1.0, 2.0, 4.0)
FLOORS = (0.4, 1.0, 2.0)
IMPACTS = (0.4, 1.0, 2.0, 4.0)

KEYS = ("alerts_per_week", "floor_cost", "floor_share_pct", "min_impact")


@dataclass(frozen=True, slots=True)
class Tried:
    """Settings that were tried, and how they did on the half that is looked at."""

    settings: dict[str, float]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed.

    Attributes:
        is_better: The best that was tried was also better on the other half; else the
            present settings stay.
        settings: What to write under ``[detect]``.
        toml: The same as lines.
        best: The best that was tried.
        present: Figures of the present settings on the other half.
        proposed: Figures of the best on the other half.
        tried: Everything that was tried, on the half that is looked at.
    """

    is_better: bool
    settings: dict[str, float]
    toml: tuple[str, ...]
    best: dict[str, float]
    present: Figures
    proposed: Figures
    tried: tuple[Tried, ...]


def grid(params: Detection) -> list[Detection]:
    """Return the settings to try, the present ones first.

    Examples:
        >>> len(grid(Detection())), grid(Detection())[0] == Detection()
        (48, True)
    """
    tries = [
        params.model_copy(
            update={
                "alerts_per_week": _neat(params.alerts_per_week * knob),
                "floor_cost": _neat(params.floor_cost * floor),
                "floor_share_pct": _neat(params.floor_share_pct * floor),
                "min_impact": _neat(params.min_impact * impact),
            }
        )
        for knob, floor, impact in itertools.product(KNOBS, FLOORS, IMPACTS)
    ]
    unique = {tuple(values(one).values()): one for one in tries}
    return [params, *(one for one in unique.values() if values(one) != values(params))]


def values(params: Detection) -> dict[str, float]:
    """Return the settings that are tried."""
    return {key: getattr(params, key) for key in KEYS}


def best(tried: Sequence[Tried], budget: float) -> Tried:
    """Return the best that was tried.

    Args:
        tried: The present settings first.
        budget: Alerts a week that people will read.

    Of several that are equally good, the one nearest to the present counts. Where all
    raise too many alerts, the quietest does.
    """
    able = [one for one in tried if one.figures.alerts_per_week <= budget]
    if not able:
        return min(tried, key=lambda one: one.figures.alerts_per_week)
    return min(
        able, key=lambda one: (-one.figures.f1_least, _far(one, tried[0].settings))
    )


def proposal(
    tried: Sequence[Tried], found: Tried, present: Figures, proposed: Figures
) -> Proposal:
    """Return what is proposed once the best was tried on the other half.

    Args:
        tried: The present settings first.
        found: The best of them.
        present: Figures of the present settings on the other half.
        proposed: Figures of the best on the other half.
    """
    is_quieter = proposed.alerts_per_week < present.alerts_per_week
    is_better = proposed.f1_least > present.f1_least or (
        is_quieter and proposed.f1_least == present.f1_least
    )
    settings = found.settings if is_better else tried[0].settings
    return Proposal(
        is_better=is_better,
        settings=settings,
        toml=("[detect]", *(f"{key} = {value}" for key, value in settings.items())),
        best=found.settings,
        present=present,
        proposed=proposed,
        tried=tuple(tried),
    )


def _far(one: Tried, present: dict[str, float]) -> float:
    return sum(
        abs(math.log((one.settings[key] + 1e-9) / (present[key] + 1e-9)))
        for key in KEYS
    )


def _neat(value: float) -> float:
    return float(f"{value:.3g}")
