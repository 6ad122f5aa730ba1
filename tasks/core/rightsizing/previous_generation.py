"""Machines and volumes of a previous generation: their successor is cheaper.

Only advised where the same bill shows that the successor really is cheaper; list
prices from elsewhere would ignore what was negotiated.
"""

from decimal import Decimal

from pydantic import Field

from tasks.core.model import Frozen
from tasks.core.rightsizing import machine_types
from tasks.core.rightsizing.idle import STOPPED
from tasks.core.rightsizing.prices import Prices, Ratio
from tasks.core.rightsizing.recommendations import (
    Abstention,
    Advice,
    Proposal,
    Resource,
)

ACTIONS = {"volume": "change_volume_type", "instance": "resize_instance"}
VOLUME_SUCCESSORS = {"gp2": "gp3"}

# A gp3 volume has 3,000 operations a second and 125 MiB/s at any size; a gp2 volume
# has 3 a second per GiB, and up to 250 MiB/s from 334 GiB on (128 up to 170 GiB).
GP3_OPERATIONS = 3000
GP2_OPERATIONS_PER_GIB = 3
SAME_THROUGHPUT_GIB = 170


class PreviousGeneration(Frozen):
    """When a newer generation is worth the change."""

    saving_pct: Decimal = Field(
        Decimal(2), ge=0, le=100, description="Smallest saving worth a change."
    )


def advise(resource: Resource, previous: PreviousGeneration, prices: Prices) -> Advice:
    """Propose the successor of a previous generation's machine or volume type."""
    if resource.resource_type == "volume":
        return _volume(resource, previous, prices)
    if (
        resource.resource_type == "instance"
        and resource.state.casefold() not in STOPPED
    ):
        return _instance(resource, previous, prices)
    return None


def _volume(resource: Resource, previous: PreviousGeneration, prices: Prices) -> Advice:
    target = VOLUME_SUCCESSORS.get(resource.sku)
    is_unattached = resource.observed_at is not None and resource.attached_to is None
    if target is None or is_unattached:
        return None
    action = ACTIONS["volume"]
    if resource.size_gib is None:
        return Abstention(action, "Its size is not known, so neither is its speed.")
    if resource.size_gib * GP2_OPERATIONS_PER_GIB > GP3_OPERATIONS:
        return Abstention(
            action,
            f"At {resource.size_gib:.0f} GiB gp2 gives more operations than gp3's base;"
            " the extra ones have a price that depends on what is really used.",
        )
    ratio = prices.ratio(resource, target, "capacity")
    if ratio is None:
        return Abstention(
            action, f"The bill shows no price of {target} in this region."
        )
    saving = resource.cost.uncovered_capacity * (1 - ratio.value)
    if saving * 100 < resource.cost.effective * previous.saving_pct or saving <= 0:
        return None
    return Proposal(
        action=action,
        proposed=target,
        saving=min(saving, resource.cost.effective),
        basis=ratio.basis,
        risk="low" if resource.size_gib <= SAME_THROUGHPUT_GIB else "medium",
        effort="low",
        evidence=f"{ratio.words}; {_speed(resource)}",
    )


def _speed(resource: Resource) -> str:
    if (resource.size_gib or 0) <= SAME_THROUGHPUT_GIB:
        return "gp3 is at least as fast at this size."
    return "throughput may fall from 250 to 125 MiB/s at this size."


def _instance(
    resource: Resource, previous: PreviousGeneration, prices: Prices
) -> Advice:
    target = machine_types.successor(resource.provider, resource.sku)
    if target is None:
        return None
    ratio = prices.ratio(resource, target)
    if ratio is None:
        return Abstention(
            ACTIONS["instance"],
            f"{target} replaces {resource.sku}, but the bill shows no price of it.",
        )
    return _cheaper(resource, target, ratio, previous)


def _cheaper(
    resource: Resource, target: str, ratio: Ratio, previous: PreviousGeneration
) -> Advice:
    saving = resource.cost.uncovered_time * (1 - ratio.value)
    if saving * 100 < resource.cost.effective * previous.saving_pct or saving <= 0:
        return None
    return Proposal(
        action=ACTIONS["instance"],
        proposed=target,
        saving=min(saving, resource.cost.effective),
        basis=ratio.basis,
        risk="medium",
        effort="medium",
        evidence=f"{ratio.words}. It needs newer drivers (ENA, NVMe).",
    )
