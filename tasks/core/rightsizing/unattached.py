"""Volumes and addresses that nothing uses: remove them.

Known weakness: a volume kept on purpose looks forgotten. It is therefore deleted
only after a snapshot, and the policy asks for a person's approval.
"""

from pydantic import Field

from tasks.core.model import Frozen
from tasks.core.rightsizing.recommendations import (
    Abstention,
    Advice,
    Proposal,
    Resource,
    Window,
)

ACTIONS = {"volume": "delete_volume", "address": "release_address"}


class Unattached(Frozen):
    """How long a resource must be without use; see docs/methods/unattached.md."""

    volume_days: int = Field(15, ge=1, description="Days that a volume is detached.")
    address_days: int = Field(7, ge=1, description="Days that an address is unused.")
    inventory_days: int = Field(
        7, ge=0, description="Days that the inventory may be older than the bill."
    )


def advise(resource: Resource, window: Window, unattached: Unattached) -> Advice:
    """Propose to remove a volume or an address that nothing uses."""
    action = ACTIONS.get(resource.resource_type)
    if action is None or not _looks_unused(resource):
        return None
    stale = _stale(resource, window, unattached)
    if stale:
        return Abstention(action, stale)
    is_volume = resource.resource_type == "volume"
    needed = unattached.volume_days if is_volume else unattached.address_days
    days = _days_unused(resource, window)
    if days is None:
        return Abstention(action, "Nothing uses it, but since when is not known.")
    if days < needed:
        return Abstention(
            action, f"Nothing has used it for {days} days; {needed} are needed."
        )
    saving = resource.cost.uncovered
    if saving <= 0:
        return Abstention(
            action, "Nothing uses it, but removing it would save nothing."
        )
    return Proposal(
        action=action,
        proposed=None,
        saving=min(saving, resource.cost.effective),
        basis="removed",
        risk="medium" if is_volume else "high",
        effort="low",
        evidence=_evidence(resource, days),
    )


def _looks_unused(resource: Resource) -> bool:
    """Trust the inventory; without one, only the provider's own idle meter."""
    if resource.observed_at is None:
        return resource.cost.idle_days > 0
    return resource.attached_to is None


def _stale(resource: Resource, window: Window, unattached: Unattached) -> str | None:
    """Return why the inventory no longer tells whether something uses it."""
    if resource.observed_at is None:
        return None
    age = (window.last - resource.observed_at.date()).days
    if age <= unattached.inventory_days:
        return None
    return f"The inventory is {age} days older than the bill."


def _days_unused(resource: Resource, window: Window) -> int | None:
    """Count the days by the inventory, else by the provider's own idle meter."""
    if resource.detached_at is not None:
        return (window.last - resource.detached_at.date()).days
    return resource.cost.idle_days or None


def _evidence(resource: Resource, days: int) -> str:
    if resource.resource_type == "address":
        return (
            f"Nothing has used the address for {days} days; once released it is gone."
        )
    size = f" of {resource.size_gib:.0f} GiB" if resource.size_gib else ""
    return (
        f"Nothing has used this volume{size} for {days} days; a snapshot is taken"
        " first, which costs its own, smaller price while it is kept."
    )
