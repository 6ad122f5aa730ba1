"""From resources to recommendations, and what changed since the last time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal

from pydantic import Field

from tasks.core.model import Frozen
from tasks.core.rightsizing import (
    doubts,
    idle,
    oversized,
    previous_generation,
    recommendations,
    tags,
    unattached,
)
from tasks.core.rightsizing.idle import Idle
from tasks.core.rightsizing.machine_types import GOOGLE
from tasks.core.rightsizing.oversized import Oversized
from tasks.core.rightsizing.previous_generation import PreviousGeneration
from tasks.core.rightsizing.prices import Observed, Prices
from tasks.core.rightsizing.recommendations import (
    Abstention,
    Proposal,
    Resource,
    Window,
)
from tasks.core.rightsizing.unattached import Unattached

# Six decimals, rounded down: a saving never grows by rounding.
SAVING_DECIMALS = Decimal("0.000001")


class Rules(Frozen):
    """How advice is found."""

    days: int = Field(30, ge=1, description="Days of cost that a month stands for.")
    settle_days: int = Field(
        2, ge=0, description="Newest days of a bill that are left out: still arriving."
    )
    minimum_saving: Decimal = Field(
        Decimal(1), ge=0, description="Advice that saves less a month is not given."
    )
    idle: Idle = Idle()
    oversized: Oversized = Oversized()
    unattached: Unattached = Unattached()
    previous_generation: PreviousGeneration = PreviousGeneration()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One row of ``actions.recommendations``; its comments describe the fields."""

    recommendation_id: str
    action: str
    provider: str
    sub_account_id: str | None
    region_id: str | None
    resource_id: str
    resource_type: str
    environment: str | None
    protected_by: str | None
    current: str | None
    proposed: str | None
    billing_currency: str
    monthly_cost: Decimal | None
    monthly_saving: Decimal | None
    saving_basis: str | None
    risk: str | None
    effort: str | None
    evidence: str | None
    evidence_from: date | None
    evidence_to: date | None
    status: str
    reason: str | None
    anomaly_id: str | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Changes:
    """What to write; a row that is not here is right as it stands.

    Attributes:
        written: New rows and rows whose content changed.
        opened: Those that became open.
        withdrawn: Those that were open and are no longer.
    """

    written: tuple[Recommendation, ...]
    opened: tuple[Recommendation, ...]
    withdrawn: tuple[Recommendation, ...]


def find(
    resources: Iterable[Resource],
    windows: Mapping[str, Window],
    observed: Iterable[Observed],
    rules: Rules,
) -> list[Recommendation]:
    """Look at every resource and return what there is to say, ordered by id.

    Args:
        resources: Each at most once.
        windows: Days of evidence by provider; providers without one are left out.
        observed: What the bill charged for the types that it shows.
        rules: Thresholds.
    """
    prices = Prices(one for one in observed if _is_per_machine(one))
    found = [
        _row(resource, windows[resource.provider], advice)
        for resource in resources
        if resource.provider in windows
        and (advice := _advice(resource, windows[resource.provider], rules, prices))
    ]
    return sorted(found, key=lambda row: row.recommendation_id)


def answering(
    found: Iterable[Recommendation], anomaly_id: str | None
) -> list[Recommendation]:
    """Return the rows, those that advise something as the answer to an anomaly."""
    return [
        replace(row, anomaly_id=anomaly_id) if row.status == "open" else row
        for row in found
    ]


def compare(
    before: Mapping[str, Recommendation], now: Iterable[Recommendation]
) -> Changes:
    """Return what differs from the rows that are stored.

    A stored row that is not found again is withdrawn; the reason says whether the
    resource has other advice now. The revision counts changes of status, so each
    opening and each withdrawal is an event of its own.
    """
    found = {row.recommendation_id: row for row in now}
    others = {(row.provider, row.resource_id): row for row in found.values()}
    gone = [
        _withdrawn(row, others.get((row.provider, row.resource_id)))
        for key, row in sorted(before.items())
        if key not in found and row.status != "withdrawn"
    ]
    current = [_revised(before.get(key), row) for key, row in sorted(found.items())]
    written = [row for row in current if before.get(row.recommendation_id) != row]
    return Changes(
        written=(*written, *gone),
        opened=tuple(row for row in written if _became(before, row, "open")),
        withdrawn=tuple(
            row
            for row in (*written, *gone)
            if row.status != "open" and _was_open(before, row)
        ),
    )


def _advice(
    resource: Resource, window: Window, rules: Rules, prices: Prices
) -> Proposal | Abstention | None:
    is_trifle = resource.cost.effective < rules.minimum_saving
    is_owned = resource.resource_type == "instance" and tags.owner(resource.tags)
    if is_trifle or is_owned or doubts.is_gone(resource, window):
        return None
    found = recommendations.choose(
        (
            idle.advise(resource, window, rules.idle),
            oversized.advise(resource, window, rules.oversized, prices),
            unattached.advise(resource, window, rules.unattached),
            previous_generation.advise(resource, rules.previous_generation, prices),
        )
    )
    if not isinstance(found, Proposal):
        return found
    if found.saving < rules.minimum_saving:
        return None
    return doubts.doubted(resource, found)


def _is_per_machine(observed: Observed) -> bool:
    """Google Cloud bills cores and memory apart, so an hour is not a machine's."""
    return not (observed.provider == GOOGLE and observed.unit == "time")


def _row(
    resource: Resource, window: Window, advice: Proposal | Abstention
) -> Recommendation:
    proposal = advice if isinstance(advice, Proposal) else None
    proposed = proposal.proposed if proposal else None
    return Recommendation(
        recommendation_id=recommendations.identity(
            advice.action, resource.provider, resource.resource_id, proposed
        ),
        action=advice.action,
        provider=resource.provider,
        sub_account_id=resource.sub_account_id,
        region_id=resource.region_id,
        resource_id=resource.resource_id,
        resource_type=resource.resource_type,
        environment=tags.environment(resource.tags),
        protected_by=tags.protection(resource.tags),
        current=resource.sku or None,
        proposed=proposed,
        billing_currency=resource.cost.currency,
        monthly_cost=resource.cost.effective,
        monthly_saving=_rounded(proposal.saving) if proposal else None,
        saving_basis=proposal.basis if proposal else None,
        risk=proposal.risk if proposal else None,
        effort=proposal.effort if proposal else None,
        evidence=_evidence(resource, proposal) if proposal else None,
        evidence_from=window.first,
        evidence_to=window.last,
        status="open" if proposal else "abstained",
        reason=None if isinstance(advice, Proposal) else advice.reason,
    )


def _evidence(resource: Resource, proposal: Proposal) -> str:
    if resource.cost.uncovered >= resource.cost.effective:
        return proposal.evidence
    return (
        f"{proposal.evidence} A commitment pays for a part of its cost; that part is"
        " not counted as a saving."
    )


def _rounded(saving: Decimal) -> Decimal:
    return saving.quantize(SAVING_DECIMALS, rounding=ROUND_DOWN)


def _revised(before: Recommendation | None, row: Recommendation) -> Recommendation:
    """Continue a row; while it is open, it answers the anomaly that it first did."""
    if before is None:
        return row
    changed = before.status != row.status
    first = row.anomaly_id if before.status != "open" else before.anomaly_id
    return replace(
        row,
        revision=before.revision + (1 if changed else 0),
        anomaly_id=first or row.anomaly_id or before.anomaly_id,
    )


def _withdrawn(row: Recommendation, other: Recommendation | None) -> Recommendation:
    if other is None:
        reason = "The newest evidence no longer supports it."
    else:
        target = f" to {other.proposed}" if other.proposed else ""
        reason = f"Replaced by {other.action}{target} ({other.recommendation_id})."
    return replace(row, status="withdrawn", reason=reason, revision=row.revision + 1)


def _was_open(before: Mapping[str, Recommendation], row: Recommendation) -> bool:
    known = before.get(row.recommendation_id)
    return known is not None and known.status == "open"


def _became(
    before: Mapping[str, Recommendation], row: Recommendation, status: str
) -> bool:
    known = before.get(row.recommendation_id)
    return row.status == status and (known is None or known.status != status)
