"""Instances that would fit into a smaller size of their own family.

Known weakness: CPU and memory decide; a machine that was chosen for its disk or
network throughput looks oversized. The evidence sentence therefore names what was
looked at, and the change is checked again after it is made.
"""

from pydantic import Field

from tasks.core.model import Frozen
from tasks.core.rightsizing import machine_types
from tasks.core.rightsizing.idle import STOPPED
from tasks.core.rightsizing.machine_types import Machine
from tasks.core.rightsizing.prices import Prices, Ratio
from tasks.core.rightsizing.recommendations import (
    Abstention,
    Advice,
    Proposal,
    Resource,
    Window,
    short_evidence,
    too_young,
)

ACTION = "resize_instance"


class Oversized(Frozen):
    """How full the smaller machine may be; see docs/methods/oversized.md."""

    target_cpu_pct: float = Field(
        70.0, gt=0, le=100, description="Peak CPU afterwards."
    )
    target_memory_pct: float = Field(
        80.0, gt=0, le=100, description="Peak memory afterwards."
    )
    cpu_pct: float = Field(
        40.0, gt=0, description="Above this peak nobody looks further."
    )
    days: int = Field(14, ge=1, description="Days of measurements that are needed.")
    samples: int = Field(4, ge=1, description="Samples that each day must have.")
    steps: int = Field(
        2, ge=1, description="How many sizes to go down at once, at most."
    )


def advise(
    resource: Resource, window: Window, oversized: Oversized, prices: Prices
) -> Advice:
    """Propose the smallest size of the same family that keeps its headroom."""
    if resource.resource_type != "instance" or resource.state.casefold() in STOPPED:
        return None
    cpu = resource.usage.get("cpu_pct")
    if cpu is None or cpu.peak >= oversized.cpu_pct:
        return None
    short = too_young(resource, window, oversized.days) or short_evidence(
        resource, "cpu_pct", days=oversized.days, samples=oversized.samples
    )
    if short:
        return Abstention(ACTION, short)
    return _fit(resource, oversized, prices)


def _fit(resource: Resource, oversized: Oversized, prices: Prices) -> Advice:
    present = machine_types.machine(resource.provider, resource.sku)
    if present is None:
        return Abstention(
            ACTION, f"The sizes of {resource.sku or 'its type'} are not known."
        )
    kin = machine_types.smaller(resource.provider, resource.sku)[: oversized.steps]
    by_cpu = [
        target
        for target in kin
        if _cpu_after(resource, present, target) <= oversized.target_cpu_pct
    ]
    if not by_cpu:
        return None
    short = short_evidence(
        resource, "memory_pct", days=oversized.days, samples=oversized.samples
    )
    if short:
        return Abstention(ACTION, f"CPU would fit into {by_cpu[-1].name}, but: {short}")
    fitting = [
        target
        for target in by_cpu
        if _memory_after(resource, present, target) <= oversized.target_memory_pct
    ]
    return _propose(resource, present, fitting[-1], prices) if fitting else None


def _cpu_after(resource: Resource, present: Machine, target: Machine) -> float:
    """Return the peak CPU on the target, in percent.

    Burstable sizes below "large" keep their cores but lose the right to use them
    for long: there the weight, which their CPU credits follow, is what counts.
    """
    if present.vcpus == target.vcpus:
        return resource.usage["cpu_pct"].peak * present.weight / target.weight
    return resource.usage["cpu_pct"].peak * present.vcpus / target.vcpus


def _memory_after(resource: Resource, present: Machine, target: Machine) -> float:
    memory = resource.usage["memory_pct"]
    return memory.peak * present.memory_gib / target.memory_gib


def _propose(
    resource: Resource, present: Machine, target: Machine, prices: Prices
) -> Advice:
    ratio = prices.ratio(resource, target.name)
    if ratio is None:
        return Abstention(
            ACTION, f"The bill shows no price to compare {target.name} with."
        )
    saving = resource.cost.uncovered_time * (1 - ratio.value)
    if resource.cost.uncovered_time <= 0:
        return Abstention(
            ACTION,
            f"It would fit into {target.name}, but a commitment pays for all of its"
            " hours: a smaller size saves nothing until the commitment ends.",
        )
    if saving <= 0:
        return None
    return Proposal(
        action=ACTION,
        proposed=target.name,
        saving=min(saving, resource.cost.effective),
        basis=ratio.basis,
        risk="medium",
        effort="medium",
        evidence=_evidence(resource, present, target, ratio),
    )


def _evidence(
    resource: Resource, present: Machine, target: Machine, ratio: Ratio
) -> str:
    cpu, memory = resource.usage["cpu_pct"], resource.usage["memory_pct"]
    return (
        f"For {cpu.days} days CPU peaked at {cpu.peak:.0f}% and memory at"
        f" {memory.peak:.0f}% (p95); on {target.name} that is"
        f" {_cpu_after(resource, present, target):.0f}% and"
        f" {_memory_after(resource, present, target):.0f}%. {ratio.words}."
    )
