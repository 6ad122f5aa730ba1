"""What a method told: its alerts, as somebody would have got them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tasks.core.findings.anomalies import Anomaly, Scope


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alert.

    Attributes:
        scope: Where.
        rolled_up: Columns of the scope over which it was merged.
        kind: Its shape; empty where a method knows none.
        direction: ``up`` or ``down``.
        first_date: First odd day.
        last_date: Last odd day.
        told_date: Day by which it was large enough to be told.
    """

    scope: Scope
    rolled_up: tuple[str, ...]
    kind: str
    direction: str
    first_date: date
    last_date: date
    told_date: date

    @property
    def key(self) -> tuple[object, ...]:
        """Recognises the same alert in another look at nearly the same series."""
        return self.scope, self.rolled_up, self.direction, self.first_date


def told(
    found: Iterable[Anomaly], least_impact: Callable[[Anomaly], Decimal]
) -> list[Alarm]:
    """Return the anomalies that are worth telling, and when they were."""
    alarms = []
    for one in found:
        least = least_impact(one)
        day = told_date(one, least)
        if day and abs(one.impact) >= least:
            alarms.append(
                Alarm(
                    *(one.scope, one.rolled_up, one.kind, one.direction),
                    *(one.first_date, one.last_date, day),
                )
            )
    return alarms


def told_date(one: Anomaly, min_impact: Decimal) -> date | None:
    """Return the first day by which an anomaly's impact reached a least amount."""
    impact = Decimal(0)
    for day in one.days:
        impact += day.actual_cost - day.expected_cost
        if abs(impact) >= min_impact:
            return day.charge_date
    return None
