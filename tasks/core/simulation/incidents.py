"""Anomalies that are put into the bills on purpose, and the truth about them.

A sudden change of a metered quantity multiplies it; more machines are more resources,
since no machine runs longer than 24 hours a day. No two lie in the same series.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tasks.core.simulation.seasons import PATTERNS, WEEK, Floats, Ints

WEEK_DAYS, SATURDAY = 7, 5


class Wish(NamedTuple):
    """An anomaly to find a place for.

    Attributes:
        kind: As in ``findings.anomalies``.
        size: Cost of the series in proportion to what it would have been.
        days: How long it lasts; for permanent changes, how long until it is complete.
        is_single: Only one resource is the cause.
        cloud: 0 for AWS, 1 for Azure, 2 for Google Cloud.
    """

    kind: str
    size: float
    days: int
    is_single: bool
    cloud: int


# Ordered so that a small company, with few series, still gets every kind.
WISHES = (
    Wish("spike", 2.6, 2, False, 0),
    Wish("level_shift", 1.8, 1, False, 0),
    Wish("drop", 0.25, 5, False, 0),
    Wish("new_scope", 3.0, 12, False, 0),
    Wish("drift", 2.2, 40, False, 0),
    Wish("price_change", 1.35, 1, False, 0),
    Wish("pattern_break", 1.0, 30, False, 0),
    Wish("spike", 1.7, 1, True, 1),
    Wish("level_shift", 1.4, 1, True, 2),
    Wish("new_scope", 8.0, 9, False, 1),
    Wish("drop", 0.5, 4, True, 2),
    Wish("pattern_break", 1.0, 23, False, 1),
    Wish("drift", 1.6, 30, True, 0),
    Wish("price_change", 0.75, 1, False, 1),
    Wish("spike", 4.5, 3, True, 0),
    Wish("level_shift", 2.5, 1, False, 0),
    Wish("drop", 0.05, 6, False, 1),
    Wish("new_scope", 2.0, 14, False, 2),
    Wish("price_change", 1.15, 1, False, 0),
    Wish("spike", 1.4, 2, False, 2),
    Wish("level_shift", 0.6, 1, False, 0),
    Wish("drift", 1.9, 45, False, 2),
)


@dataclass(frozen=True)
class Incident:
    """One anomaly.

    Attributes:
        kind: As in ``findings.anomalies``.
        direction: up or down.
        account: Index of the sub account.
        service: Code of the service.
        region: Region id.
        first: First day, counted from the first day of the bills.
        last: Last day on which it is news.
        meters: Meters that it changes or adds.
        factor: Factor on their quantity or price; 1 where meters were added.
        is_added: The meters exist only because of it.
        resource_id: The one resource that causes it, or None.
    """

    kind: str
    direction: str
    account: int
    service: str
    region: str
    first: int
    last: int
    meters: Ints
    factor: float
    is_added: bool
    resource_id: str | None = None


def path(incident: Incident, weekdays: Ints, days: Ints, pattern: Ints) -> Floats:
    """Return the factor on the quantity of each of its meters.

    Args:
        incident: The incident.
        weekdays: ``(n_days,)`` 0 for Monday.
        days: ``(n_days,)`` counted from the first day of the bills.
        pattern: ``(n_meters,)`` pattern of each of its meters.

    Returns:
        ``(n_meters, n_days)`` factors.
    """
    shape = (incident.meters.size, days.size)
    is_on = (days >= incident.first) & (days <= incident.last)
    if incident.kind == "pattern_break":
        weeks = np.array([WEEK[name] for name in PATTERNS])[pattern]
        is_weekend = weekdays >= SATURDAY
        return np.where(is_on & is_weekend, 1 / weeks[:, weekdays], 1.0)
    if incident.kind == "drift":
        length = incident.last - incident.first
        done = np.clip((days - incident.first + 1) / (length + 1), 0.0, 1.0)
        return np.broadcast_to(1 + (incident.factor - 1) * done, shape)
    if incident.kind == "level_shift":
        is_on = days >= incident.first
    if incident.kind == "price_change":
        return np.ones(shape)
    return np.broadcast_to(np.where(is_on, incident.factor, 1.0), shape)
