"""Days whose bill still arrives: judged by what they would cost if complete.

A young day is compared with the share of its expectation that has usually arrived at
its age. It is told as dearer only if even the largest usual share leaves it too dear;
what is missing is never a drop. Where no share is known, the day is taken as it is.
"""

from dataclasses import dataclass, replace

import numpy as np

from tasks.core.detectors import Floats, Panel
from tasks.core.findings.alerts import Alerts

# Below this share nothing is concluded from what has arrived.
LEAST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Arrived:
    """Shares of the final cost that bills show at a day's age; 1 where complete.

    Attributes:
        low: ``(n_series, n_days)`` what nineteen of twenty such days showed at least.
        middle: What half of them showed.
        high: What nineteen of twenty showed at most.
    """

    low: Floats
    middle: Floats
    high: Floats


def complete(shape: tuple[int, ...]) -> Arrived:
    """Return shares of days that are all there."""
    return Arrived(*(np.ones(shape) for _ in range(3)))


def as_if_complete(panel: Panel, arrived: Arrived) -> Panel:
    """Return the panel with young days at the least that they will cost in the end."""
    share = _usable(arrived, arrived.high)
    return replace(
        panel, costs=panel.costs / share, quantities=panel.quantities / share
    )


def so_far(alerts: Alerts, arrived: Arrived) -> Alerts:
    """Return what is expected of young days by now instead of in the end."""
    low, middle, high = (
        _usable(arrived, share) for share in (arrived.low, arrived.middle, arrived.high)
    )
    return replace(
        alerts,
        expected=alerts.expected * middle,
        low=alerts.low * low,
        high=alerts.high * high,
        at_usual_price=alerts.at_usual_price * high,
    )


def _usable(arrived: Arrived, share: Floats) -> Floats:
    return np.where(arrived.high >= LEAST_SHARE, share, 1.0)
