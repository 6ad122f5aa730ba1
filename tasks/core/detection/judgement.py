"""Alerts of a panel, with all that is known beside its numbers.

Young days are judged by what has usually arrived. What people said is applied by
judging again what the series would have been without it, and by taking that answer on
the days that it is about: nothing else changes.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection import alerts, allowances
from tasks.core.detection.alerts import Alerts
from tasks.core.detection.allowances import Given, Part
from tasks.core.detection.arrival import Arrived, as_if_complete, so_far
from tasks.core.detection.declaration import Detection
from tasks.core.detectors import Flags, Floats, Panel


@dataclass(frozen=True, slots=True)
class Judged:
    """Alerts, and what people's allowances explain of the same days."""

    alerts: Alerts
    foreseen: tuple[Part, ...]


def judge(
    panel: Panel, settled: Flags, arrived: Arrived, said: Given, params: Detection
) -> Judged:
    """Judge every day of every series.

    Args:
        panel: The series.
        settled: ``(n_series, n_days)`` False where the export may be incomplete.
        arrived: What share of each day is there.
        said: What people said of these days.
        params: As configured.
    """
    seen = as_if_complete(panel, arrived)
    judged = alerts.find(seen, settled, params)
    for left_out, later in said.lessons:
        seen = _without(seen, judged, left_out)
        again = alerts.find(seen, settled, params)
        judged = _instead(judged, again, later & ~left_out)
    if not said.is_about_days:
        return Judged(so_far(judged, arrived), ())
    foreseen = allowances.parts(judged.expected, seen.costs, said.allowances)
    costs, explained = allowances.less(seen.costs, judged.expected, foreseen, said)
    again = alerts.find(replace(seen, costs=costs), settled, params)
    again = replace(
        again,
        expected=again.expected + explained,
        low=again.low + np.minimum(explained, 0),
        high=again.high + np.maximum(explained, 0),
    )
    is_other = np.isfinite(costs) & (costs != seen.costs)
    is_left = ~is_other | ~np.isclose(costs, judged.expected)
    judged = _agreed(judged, _instead(judged, again, is_other), is_left)
    return Judged(
        so_far(judged, arrived),
        tuple(allowances.scaled(part, arrived) for part in foreseen),
    )


def _without(panel: Panel, judged: Alerts, left_out: Flags) -> Panel:
    """Return the panel as if what was expected had happened on some days."""
    known = left_out & np.isfinite(judged.expected)
    return replace(
        panel,
        costs=np.where(known, judged.expected, panel.costs),
        quantities=np.where(left_out, np.nan, panel.quantities),
    )


def _agreed(judged: Alerts, again: Alerts, is_left: Flags) -> Alerts:
    """Return the second judgement where the first agrees that a day stands out.

    An allowance never makes an alert, and what is explained in full is none: also
    where the series has learned meanwhile some of what was allowed.
    """
    opens = is_left & (again.opens == judged.opens)
    goes_on = is_left & (again.goes_on == judged.goes_on)
    return replace(
        again,
        opens=np.where(opens, again.opens, 0),
        goes_on=np.where(goes_on, again.goes_on, 0),
    )


def _instead(judged: Alerts, again: Alerts, on_days: Flags) -> Alerts:
    """Take the second judgement on some days."""
    taken = {
        name: np.where(on_days, getattr(again, name), own)
        for name, own in ((name, getattr(judged, name)) for name in Alerts.__slots__)
        if isinstance(own, np.ndarray)
    }
    says = {
        name: np.where(on_days, again.says[name], own)
        for name, own in judged.says.items()
    }

    def at_usual_price(rows: NDArray[np.int64]) -> Floats:
        first, second = judged.at_usual_price(rows), again.at_usual_price(rows)
        return np.where(on_days[rows], second, first)

    return replace(judged, **taken, says=says, at_usual_price=at_usual_price)
