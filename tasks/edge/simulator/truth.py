"""Truth and evidence beside the simulated bills."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks.core.simulation import truth, waste
from tasks.core.simulation.charges import Charge
from tasks.core.simulation.exports import Export
from tasks.core.simulation.machines import MACHINES
from tasks.core.simulation.metering import Usage
from tasks.core.simulation.truth import Row
from tasks.core.simulation.world import World

# Formats whose newest bills are counted; the others tell the same again.
COUNTED = ("aws_cur2", "azure_focus", "gcp_focus")

INVENTORIED = ("instance", "volume", "address", "database")
RESOURCE_COLUMNS = [
    "provider",
    "resource_id",
    "resource_type",
    "sku",
    "state",
    "attached_to",
    "vcpus",
    "memory_gib",
    "size_gib",
    "detached_at",
    "observed_at",
]
GIB_MONTHS_A_DAY = 30


@dataclass
class Truth:
    """Collects what is true while the bills are written."""

    anomalies: list[Row] = field(default_factory=list)
    benign: list[Row] = field(default_factory=list)
    wastes: list[Row] = field(default_factory=list)
    totals: list[Row] = field(default_factory=list)
    resources: list[Row] = field(default_factory=list)
    metrics: list[pa.Table] = field(default_factory=list)
    files: int = 0
    impacts: dict[int, int] = field(default_factory=dict)
    costs: NDArray[np.int64] | None = None

    @property
    def rows(self) -> int:
        """Lines of the newest versions of the counted formats."""
        return sum(
            int(str(row["rows"]))
            for row in self.totals
            if row["is_last"] and row["format"] in COUNTED
        )

    def begin(self, world: World) -> None:
        """Start with another cloud."""
        self.impacts = {}
        self.costs = np.zeros(world.meters.size, dtype=np.int64)

    def add_month(self, world: World, usage: Usage, impacts: dict[int, int]) -> None:
        """Add a month's part of impacts and recent costs."""
        for number, impact in impacts.items():
            self.impacts[number] = self.impacts.get(number, 0) + impact
        if self.costs is not None:
            self.costs += truth.recent_costs(world, usage)

    def add_total(
        self, name: str, world: World, usage: Usage, found: list[Charge], export: Export
    ) -> None:
        """Add rows and sums of one export."""
        self.totals.append(truth.total(name, world, usage, found, export))

    def finish(self, world: World) -> None:
        """Add what is known once all months of a cloud are written."""
        first = len(self.anomalies) + 1
        self.anomalies += truth.anomalies(world, self.impacts, first)
        self.benign += truth.benign(world)
        if self.costs is not None:
            self.wastes += truth.wastes(world, self.costs)
        self.resources += inventory(world)
        self.metrics.append(utilisation(world))


def write(out: Path, found: Truth) -> int:
    """Write truth and evidence; return the number of files."""
    _csv(out / "truth" / "anomalies.csv", truth.ANOMALY_COLUMNS, found.anomalies)
    _csv(out / "truth" / "benign.csv", truth.BENIGN_COLUMNS, found.benign)
    _csv(out / "truth" / "waste.csv", truth.WASTE_COLUMNS, found.wastes)
    _csv(out / "truth" / "totals.csv", truth.TOTAL_COLUMNS, found.totals)
    _csv(out / "evidence" / "inventory.csv", RESOURCE_COLUMNS, found.resources)
    metrics = pa.concat_tables(found.metrics)
    pq.write_table(metrics, out / "evidence" / "utilisation.parquet")
    return 6


def inventory(world: World) -> list[Row]:
    """Return the machines, disks, addresses and databases alive on the last day."""
    details = {item.meter: item for item in world.wastes}
    rows = []
    alive = np.flatnonzero(world.meters.end == world.span.n_days)
    hosts = _hosts(world, alive)
    for meter in alive.tolist():
        fleet = world.meters.fleets[world.meters.fleet[meter]]
        kind = world.cloud.skus[fleet.sku].kind
        if kind in INVENTORIED:
            host = hosts.get((fleet.account, fleet.region))
            rows.append(_resource(world, meter, details.get(meter), host))
    return rows


def _hosts(world: World, alive: NDArray[np.int64]) -> dict[tuple[int, str], str | None]:
    """Return a machine of each account and region, for disks to hang on."""
    found: dict[tuple[int, str], str | None] = {}
    for meter in alive.tolist():
        fleet = world.meters.fleets[world.meters.fleet[meter]]
        if world.cloud.skus[fleet.sku].kind == "instance":
            found.setdefault(
                (fleet.account, fleet.region), world.meters.resource_ids[meter]
            )
    return found


def _resource(
    world: World, meter: int, item: waste.Waste | None, host: str | None
) -> Row:
    meters = world.meters
    sku = world.cloud.skus[meters.fleets[meters.fleet[meter]].sku]
    machine = MACHINES.get(sku.machine)
    is_detached = item is not None and item.kind == "unattached"
    can_hang = sku.kind in {"volume", "address"}
    detached = (
        world.span.date(item.detached_day) if item and item.detached_day else None
    )
    observed = datetime.combine(world.span.until, time(23), UTC)
    size = world.cloud.skus[meters.fleets[meters.fleet[meter]].sku].per_day
    return {
        "provider": world.cloud.provider,
        "resource_id": meters.resource_ids[meter],
        "resource_type": sku.kind,
        "sku": sku.type_name,
        "state": "available" if is_detached else "in-use" if can_hang else "running",
        "attached_to": host if can_hang and not is_detached else None,
        "vcpus": machine.vcpus if machine else None,
        "memory_gib": machine.memory_gib if machine else None,
        "size_gib": (
            round(size * meters.scale[meter] * GIB_MONTHS_A_DAY)
            if sku.kind == "volume"
            else None
        ),
        "detached_at": f"{detached}T09:00:00Z" if detached else None,
        "observed_at": f"{observed:%Y-%m-%dT%H:%M:%SZ}",
    }


def utilisation(world: World) -> pa.Table:
    """Return the daily metrics of the last days; grain: resource, metric, day."""
    rng = np.random.default_rng([world.seed, world.number, 77])
    drawn = waste.utilisation(
        world.cloud, world.meters, world.wastes, world.span.n_days, rng
    )
    first = np.datetime64(world.span.first, "D")

    def joined(arrays: Iterable[NDArray[np.float64] | NDArray[np.int64]]) -> pa.Array:
        return pa.array(np.concatenate([np.array([]), *arrays]))

    lengths = [item.days.size for item in drawn]
    days = np.concatenate(
        [np.array([], dtype=np.int64), *(item.days for item in drawn)]
    )
    ids = [world.meters.resource_ids[item.meter] for item in drawn]
    return pa.table(
        {
            "provider": pa.array([world.cloud.provider] * sum(lengths), pa.string()),
            "resource_id": _repeated(ids, lengths),
            "metric": _repeated([item.metric for item in drawn], lengths),
            "usage_date": pa.array(first + days),
            "mean_value": joined(item.mean for item in drawn),
            "p95_value": joined(item.p95 for item in drawn),
            "max_value": joined(item.peak for item in drawn),
            "samples": joined(item.samples for item in drawn).cast(pa.int32()),
        }
    )


def _repeated(values: Sequence[str | None], lengths: Sequence[int]) -> pa.Array:
    return pa.array(np.repeat(np.array(values, dtype=object), lengths), pa.string())


def _csv(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
