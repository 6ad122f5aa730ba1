"""Instances that run but do nothing: stop them.

Known weakness: a standby that must be ready looks idle. The policy therefore treats
production and unknown environments as protected.
"""

from pydantic import Field

from tasks.core.model import Frozen
from tasks.core.rightsizing.recommendations import (
    Abstention,
    Advice,
    Proposal,
    Resource,
    Window,
    short_evidence,
    too_young,
)

ACTION = "stop_instance"
STOPPED = frozenset({"stopped", "stopping", "terminated", "deallocated", "suspended"})
MEGABYTE = 1_000_000.0


class Idle(Frozen):
    """When an instance counts as idle; see docs/methods/idle.md."""

    cpu_pct: float = Field(
        3.0, gt=0, description="Peak CPU (p95 of daily p95) below this."
    )
    highest_cpu_pct: float = Field(
        15.0, gt=0, description="No single sample above this."
    )
    network_mb: float = Field(
        5.0, ge=0, description="Network per day, in MB, at most this."
    )
    days: int = Field(14, ge=1, description="Days of measurements that are needed.")
    samples: int = Field(4, ge=1, description="Samples that each day must have.")


def advise(resource: Resource, window: Window, idle: Idle) -> Advice:
    """Propose to stop an instance that does nothing.

    The saving is what it costs by the hour beyond any commitment: its disks stay
    and go on costing.
    """
    if resource.resource_type != "instance" or resource.state.casefold() in STOPPED:
        return None
    short = _short(resource, window, idle)
    cpu = resource.usage.get("cpu_pct")
    if cpu is not None and cpu.peak >= idle.cpu_pct:
        return None
    if short:
        return Abstention(ACTION, short)
    return _judge(resource, idle)


def _short(resource: Resource, window: Window, idle: Idle) -> str | None:
    return (
        too_young(resource, window, idle.days)
        or short_evidence(resource, "cpu_pct", days=idle.days, samples=idle.samples)
        or short_evidence(resource, "network_bytes", days=idle.days, samples=1)
    )


def _judge(resource: Resource, idle: Idle) -> Advice:
    cpu, network = resource.usage["cpu_pct"], resource.usage["network_bytes"]
    if (
        cpu.highest > idle.highest_cpu_pct
        or network.highest > idle.network_mb * MEGABYTE
    ):
        return None
    saving = resource.cost.uncovered_time
    if saving <= 0:
        return Abstention(
            ACTION,
            "It is idle, but a commitment pays for all of its hours: stopping it saves"
            " nothing until the commitment ends or is used elsewhere.",
        )
    return Proposal(
        action=ACTION,
        proposed=None,
        saving=min(saving, resource.cost.effective),
        basis="removed",
        risk="low",
        effort="low",
        evidence=(
            f"For {cpu.days} days CPU stayed at {cpu.peak:.1f}% (p95, highest"
            f" {cpu.highest:.1f}%) and network at"
            f" {network.highest / MEGABYTE:.1f} MB a day."
        ),
    )
