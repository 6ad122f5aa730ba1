"""What advice is made of, and which of several pieces of advice is given.

A rule looks at one resource and returns a ``Proposal``, an ``Abstention`` with its
reason, or None when the resource is none of its business or healthy.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

ZERO = Decimal(0)

# Newest days that a metric may lack: what was idle then need not be idle now.
UNMEASURED_DAYS = 2


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of one resource over the days of evidence.

    Attributes:
        days: Days that have a value.
        samples: Samples of the poorest day.
        mean: Mean of the daily means.
        peak: 95th percentile of the daily 95th percentiles.
        highest: Largest sample of all days.
        age: Days of evidence after the last one that has a value.
    """

    days: int
    samples: int
    mean: float
    peak: float
    highest: float
    age: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What one resource cost over the days of evidence, in one currency.

    Attributes:
        effective: Effective cost of all its usage.
        uncovered: The part that no commitment covers: what a removal really saves.
        uncovered_time: The part of it that is billed by the hour.
        uncovered_capacity: The part of it that is billed by capacity and month.
        days: Days with a charge.
        idle_days: Days on which the provider's own meter says that it was idle.
        first_date: First day with a charge, also before the days of evidence.
        last_date: Last day that is charged; None where it is not known.
    """

    currency: str
    effective: Decimal
    uncovered: Decimal
    uncovered_time: Decimal
    uncovered_capacity: Decimal
    days: int
    idle_days: int
    first_date: date
    last_date: date | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: what it is, what it costs, how it is used.

    Attributes:
        sku: Machine or volume type.
        operating_system: As the bill says; empty when it does not.
        attached_to: Resource that uses it; None when nothing does.
        accounts: Accounts that are charged for this id.
        is_spot: It runs, or ran, at a price and for a time that nobody promised.
        has_settled_type: Bill and inventory know it as one type, all days long.
    """

    provider: str
    resource_id: str
    resource_type: str
    sku: str
    state: str
    cost: Cost
    sub_account_id: str | None = None
    region_id: str | None = None
    operating_system: str = ""
    attached_to: str | None = None
    vcpus: float | None = None
    memory_gib: float | None = None
    size_gib: float | None = None
    detached_at: datetime | None = None
    observed_at: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    usage: Mapping[str, Metric] = field(default_factory=dict)
    accounts: int = 1
    is_spot: bool = False
    has_settled_type: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """The days of evidence, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Proposal:
    """One change that would save money.

    Attributes:
        proposed: What it should become; None for a removal.
        saving: Over the days of evidence, in the currency of the resource.
        basis: ``removed``, ``observed_price`` or ``size_ratio``.
        risk: ``low``, ``medium`` or ``high``: what may break.
        effort: ``low``, ``medium`` or ``high``: what people have to do.
        evidence: One sentence with the numbers.
    """

    action: str
    proposed: str | None
    saving: Decimal
    basis: str
    risk: str
    effort: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Abstention:
    """No advice, and why."""

    action: str
    reason: str


Advice = Proposal | Abstention | None


def choose(found: Iterable[Advice]) -> Proposal | Abstention | None:
    """Return the one thing to say about a resource.

    The largest saving wins and names the others; without any proposal the first
    abstention is kept.
    """
    said = [advice for advice in found if advice is not None]
    proposals = [advice for advice in said if isinstance(advice, Proposal)]
    if not proposals:
        return said[0] if said else None
    best, *rest = sorted(
        proposals, key=lambda proposal: (-proposal.saving, proposal.action)
    )
    if not rest:
        return best
    others = ", ".join(
        f"{other.action}{f' to {other.proposed}' if other.proposed else ''}"
        for other in rest
    )
    return Proposal(
        action=best.action,
        proposed=best.proposed,
        saving=best.saving,
        basis=best.basis,
        risk=best.risk,
        effort=best.effort,
        evidence=f"{best.evidence} Also possible, but saves less: {others}.",
    )


def identity(action: str, provider: str, resource_id: str, proposed: str | None) -> str:
    """Return the id of a recommendation: the same change has the same id for ever.

    Bills write one id in upper case today and in lower case tomorrow.

    Examples:
        >>> identity("stop_instance", "AWS", "i-1", None)
        'rec-6d248c0b11089c03'
    """
    parts = "\x1f".join((action, provider, resource_id.casefold(), proposed or ""))
    return f"rec-{hashlib.sha256(parts.encode()).hexdigest()[:16]}"


def short_evidence(
    resource: Resource, metric: str, *, days: int, samples: int
) -> str | None:
    """Return why a metric is too little to judge by, or None when it suffices."""
    found = resource.usage.get(metric)
    if found is None:
        return f"There are no measurements of {metric}."
    if found.days < days:
        return f"{metric} was measured on {found.days} days; {days} are needed."
    if found.age > UNMEASURED_DAYS:
        return f"{metric} was not measured on the last {found.age} days."
    if found.samples < samples:
        return (
            f"A day of {metric} has as few as {found.samples} samples;"
            f" {samples} are needed."
        )
    return None


def too_young(resource: Resource, window: Window, days: int) -> str | None:
    """Return why the resource is too new to judge, or None."""
    age = (window.last - resource.cost.first_date).days + 1
    if age >= days:
        return None
    return f"It has cost something for only {age} days; {days} are needed."
