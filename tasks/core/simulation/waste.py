"""What the company pays for without need, and the utilisation that shows it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.core.simulation.catalogue import Cloud, Sku
from tasks.core.simulation.fleet import HOURS_A_DAY, Meters
from tasks.core.simulation.machines import NEWER, SMALLER
from tasks.core.simulation.seasons import Floats, Ints

# Part of the fitting resources.
IDLE, OVERSIZED, UNATTACHED = 0.07, 0.12, 0.15

EVIDENCE_DAYS = 60
SAVING_DAYS = 30

# AWS bills idle addresses apart; elsewhere some of the reserved ones are forgotten.
IDLE_ADDRESS, STATIC_ADDRESS, FORGOTTEN = "IdleAddress", "Static", 0.4


@dataclass(frozen=True, slots=True)
class Waste:
    """A resource that is not worth its price.

    Attributes:
        kind: idle, oversized, unattached or previous_generation.
        meter: Index of its meter.
        proposed: What it should be; None where it should go.
        detached_day: For volumes and addresses: when they lost their machine.
    """

    kind: str
    meter: int
    proposed: str | None
    detached_day: int | None = None


@dataclass(frozen=True)
class Utilisation:
    """Daily metrics of one resource; arrays have one value per day of evidence."""

    meter: int
    metric: str
    days: Ints
    mean: Floats
    p95: Floats
    peak: Floats
    samples: Ints


def find(
    cloud: Cloud,
    meters: Meters,
    free: NDArray[np.bool_],
    n_days: int,
    rng: np.random.Generator,
) -> list[Waste]:
    """Decide which lasting resources are wasted; each for one reason only."""
    skus = [cloud.skus[meters.fleets[fleet].sku] for fleet in meters.fleet]
    lasts = (meters.start == 0) & (meters.end == n_days) & free
    found = []
    for meter in np.flatnonzero(lasts):
        item = _judge(skus[meter], int(meter), n_days, rng)
        if item:
            found.append(item)
    return found


def _judge(sku: Sku, meter: int, n_days: int, rng: np.random.Generator) -> Waste | None:
    luck = float(rng.random())
    detached = max(0, n_days - int(rng.integers(20, 90)))
    if sku.kind in {"address", "volume"}:
        return _judge_attachable(sku, meter, luck, detached)
    if sku.kind == "instance" and sku.pattern == "steady":
        return _judge_machine(sku.machine, meter, luck)
    return None


def _judge_attachable(sku: Sku, meter: int, luck: float, detached: int) -> Waste | None:
    if sku.kind == "address":
        is_idle = IDLE_ADDRESS in sku.name
        is_idle |= STATIC_ADDRESS in sku.name and luck < FORGOTTEN
        return Waste("unattached", meter, None, detached) if is_idle else None
    if luck < UNATTACHED:
        return Waste("unattached", meter, None, detached)
    newer = NEWER.get(sku.machine.rpartition(".")[2])
    return Waste("previous_generation", meter, newer) if newer else None


def _judge_machine(machine: str, meter: int, luck: float) -> Waste | None:
    if luck < IDLE:
        return Waste("idle", meter, None)
    if luck < IDLE + OVERSIZED and machine in SMALLER:
        return Waste("oversized", meter, SMALLER[machine])
    if machine in NEWER:
        return Waste("previous_generation", meter, NEWER[machine])
    return None


def utilisation(
    cloud: Cloud,
    meters: Meters,
    wastes: list[Waste],
    n_days: int,
    rng: np.random.Generator,
) -> list[Utilisation]:
    """Return the metrics of every machine that ran in the last days.

    A machine that is gone within hours leaves none behind.
    One in twenty has no agent and so no memory metric, one in forty no metric at all.
    """
    kinds = {item.meter: item.kind for item in wastes}
    start = max(0, n_days - EVIDENCE_DAYS)
    found: list[Utilisation] = []
    is_seen = (meters.end > start) & (meters.start < n_days)
    for meter in np.flatnonzero(is_seen & (meters.hours == HOURS_A_DAY)):
        sku = cloud.skus[meters.fleets[meters.fleet[meter]].sku]
        if sku.kind not in {"instance", "database"}:
            continue
        days = np.arange(
            max(start, meters.start[meter]), min(n_days, meters.end[meter])
        )
        luck = rng.random()
        if luck < 1 / 40 and meter not in kinds:
            continue
        drawn = _machine(int(meter), kinds.get(int(meter), "healthy"), days, rng)
        if luck > 19 / 20:
            drawn = [item for item in drawn if item.metric != "memory_pct"]
        found += drawn
    return found


def _machine(
    meter: int, kind: str, days: Ints, rng: np.random.Generator
) -> list[Utilisation]:
    cpu, memory, network = _levels(kind, rng)
    return [
        _percent(meter, "cpu_pct", cpu, days, rng),
        _percent(meter, "memory_pct", memory, days, rng),
        _volume(meter, "network_bytes", network, days, rng),
        _volume(meter, "disk_ops", network / 2e4, days, rng),
    ]


def _levels(kind: str, rng: np.random.Generator) -> tuple[float, float, float]:
    """Return typical CPU and memory percent and network bytes a day."""
    if kind == "idle":
        return float(rng.uniform(0.3, 1.2)), float(rng.uniform(4, 12)), 2e4
    if kind == "oversized":
        cpu, memory = rng.uniform(6, 14), rng.uniform(12, 22)
        return float(cpu), float(memory), float(rng.uniform(1, 6) * 1e9)
    cpu, memory = rng.uniform(38, 55), rng.uniform(48, 66)
    return float(cpu), float(memory), float(rng.uniform(5, 80) * 1e9)


def _percent(
    meter: int, metric: str, level: float, days: Ints, rng: np.random.Generator
) -> Utilisation:
    mean = level * np.exp(0.06 * rng.standard_normal(days.size))
    p95 = np.minimum(mean * rng.uniform(1.35, 1.65, days.size), 97.0)
    peak = np.minimum(p95 * rng.uniform(1.02, 1.25, days.size), 100.0)
    return _made(meter, metric, days, mean, p95, peak=peak)


def _volume(
    meter: int, metric: str, level: float, days: Ints, rng: np.random.Generator
) -> Utilisation:
    mean = level * np.exp(0.2 * rng.standard_normal(days.size))
    return _made(meter, metric, days, mean, mean * 2.2, peak=mean * 3.5)


def _made(
    meter: int, metric: str, days: Ints, mean: Floats, p95: Floats, *, peak: Floats
) -> Utilisation:
    samples = np.full(days.size, 288, dtype=np.int64)
    return Utilisation(
        meter, metric, days, mean.round(4), p95.round(4), peak.round(4), samples
    )
