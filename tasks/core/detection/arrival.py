"""Days whose bill still arrives: judged by what they would cost if complete.

A young day is compared with the share of its expectation that has usually arrived at
its age. It is told as dearer only if even the largest usual share leaves it too dear;
what is missing is never a drop. Where no share is known, the day is taken as it is.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection.alerts import Alerts
from tasks.core.detectors import Floats, Panel

# Below this share nothing is concluded from what has arrived.
LEAST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Arrived:
    """Shares of the final cost that bills show at a day's age.

    Attributes:
        columns: Days that are not all there, oldest first; all others are complete.
        low: ``(n_series, n_columns)`` what nineteen of twenty such days showed at
            least; 1 where a series is complete.
        middle: What half of them showed.
        high: What nineteen of twenty showed at most.
    """

    columns: NDArray[np.int64]
    low: Floats
    middle: Floats
    high: Floats

    def middle_of(self, columns: NDArray[np.int64]) -> Floats:
        """Return what half of some days showed, ``(n_series, len(columns))``."""
        found = np.ones((len(self.middle), len(columns)))
        is_young = np.isin(columns, self.columns)
        places = np.searchsorted(self.columns, columns[is_young])
        found[:, is_young] = self.middle[:, places]
        return found


def complete(shape: tuple[int, ...]) -> Arrived:
    """Return shares of days that are all there."""
    return young(shape, np.empty(0, dtype=np.int64))


def young(shape: tuple[int, ...], columns: NDArray[np.int64]) -> Arrived:
    """Return shares of days of which some may be told to be young."""
    return Arrived(columns, *(np.ones((shape[0], len(columns))) for _ in range(3)))


def as_if_complete(panel: Panel, arrived: Arrived) -> Panel:
    """Return the panel with young days at the least that they will cost in the end."""
    if not arrived.columns.size:
        return panel
    share = _usable(arrived, arrived.high)
    costs, quantities = panel.costs.copy(), panel.quantities.copy()
    costs[:, arrived.columns] /= share
    quantities[:, arrived.columns] /= share
    return replace(panel, costs=costs, quantities=quantities)


def so_far(alerts: Alerts, arrived: Arrived) -> Alerts:
    """Return what is expected of young days by now instead of in the end."""
    low, middle, high = (
        _usable(arrived, share) for share in (arrived.low, arrived.middle, arrived.high)
    )

    def at_usual_price(rows: NDArray[np.int64]) -> Floats:
        found = alerts.at_usual_price(rows)
        return _times(found, arrived.columns, high[rows])

    return replace(
        alerts,
        expected=_times(alerts.expected, arrived.columns, middle),
        low=_times(alerts.low, arrived.columns, low),
        high=_times(alerts.high, arrived.columns, high),
        at_usual_price=at_usual_price,
    )


def _times(days: Floats, columns: NDArray[np.int64], share: Floats) -> Floats:
    if not columns.size:
        return days
    found = days.copy()
    found[:, columns] *= share
    return found


def _usable(arrived: Arrived, share: Floats) -> Floats:
    return np.where(arrived.high >= LEAST_SHARE, share, 1.0)
