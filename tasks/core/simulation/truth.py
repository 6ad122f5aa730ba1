"""What a perfect reader of the bills would find."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from tasks.core.simulation import charges
from tasks.core.simulation.catalogue import AWS
from tasks.core.simulation.charges import Charge
from tasks.core.simulation.exports import Export
from tasks.core.simulation.incidents import Incident
from tasks.core.simulation.metering import Usage
from tasks.core.simulation.waste import SAVING_DAYS, Waste
from tasks.core.simulation.world import World

Row = dict[str, object]

ANOMALY_COLUMNS = [
    "anomaly_id",
    "kind",
    "direction",
    "provider",
    "billing_account_id",
    "sub_account_id",
    "service_name",
    "region_id",
    "resource_id",
    "charge_kind",
    "first_date",
    "last_date",
    "impact",
    "currency",
]
BENIGN_COLUMNS = [
    "kind",
    "provider",
    "billing_account_id",
    "sub_account_id",
    "service_name",
    "region_id",
    "first_date",
    "last_date",
    "note",
]
WASTE_COLUMNS = [
    "kind",
    "provider",
    "sub_account_id",
    "region_id",
    "resource_id",
    "resource_type",
    "sku",
    "proposed",
    "detached_date",
    "monthly_cost",
    "monthly_saving",
    "currency",
]
TOTAL_COLUMNS = [
    "format",
    "provider",
    "billing_account_id",
    "billing_period",
    "version",
    "exported_at",
    "is_last",
    "rows",
    "billed",
    "effective",
    "currency",
]


def money(units: int) -> Decimal:
    """Return an amount given in units of 1e-10.

    Examples:
        >>> money(12_500_000_000)
        Decimal('1.2500000000')
    """
    return Decimal(units).scaleb(-10)


def anomalies(world: World, impacts: Mapping[int, int], first: int) -> list[Row]:
    """Return the incidents; ids count on from ``first``."""
    return [
        _anomaly(world, incident, impacts.get(number, 0), first + number)
        for number, incident in enumerate(world.incidents)
    ]


def _anomaly(world: World, incident: Incident, impact: int, number: int) -> Row:
    cloud = world.cloud
    is_unused = incident.kind == "commitment" and not incident.meters.size
    return {
        "anomaly_id": f"truth-{number:03d}",
        "kind": incident.kind,
        "direction": incident.direction,
        "provider": cloud.provider,
        "billing_account_id": cloud.billing_account_id,
        "sub_account_id": cloud.accounts[incident.account].sub_account_id,
        "service_name": _service_name(world, incident),
        "region_id": "" if incident.region == "global" else incident.region,
        "resource_id": incident.resource_id or "",
        "charge_kind": "commitment" if is_unused else "usage",
        "first_date": world.span.date(incident.first),
        "last_date": world.span.date(incident.last),
        "impact": money(impact),
        "currency": cloud.currency,
    }


def _service_name(world: World, incident: Incident) -> str:
    for commitment in world.commitments:
        if commitment.offer.name == incident.service:
            return charges.commitment_service(world, commitment)[1]
    return world.cloud.services[incident.service].name


def benign(world: World) -> list[Row]:
    """Return what looks odd but is no anomaly in the end.

    Usage that was reported too high until the bill was corrected, and usage that lost
    a commitment's cover where its series hardly shows it.
    """
    rows = []
    for item in world.restatements:
        fleet = world.meters.fleets[world.meters.fleet[item.meter]]
        code = world.cloud.skus[fleet.sku].service.code
        scope = (fleet.account, code, fleet.region)
        note = f"over-reported until the export after {world.span.date(item.known_day)}"
        rows.append(_benign(world, "restated", scope, (item.first, item.last), note))
    for whisper in world.whispers:
        scope = (whisper.account, whisper.service, whisper.region)
        days = (whisper.first, whisper.last)
        note = "some usage lost a commitment's cover"
        rows.append(_benign(world, "uncovered", scope, days, note))
    return rows


def _benign(
    world: World,
    kind: str,
    scope: tuple[int, str, str],
    days: tuple[int, int],
    note: str,
) -> Row:
    account, service, region = scope
    cloud = world.cloud
    return {
        "kind": kind,
        "provider": cloud.provider,
        "billing_account_id": cloud.billing_account_id,
        "sub_account_id": cloud.accounts[account].sub_account_id,
        "service_name": cloud.services[service].name,
        "region_id": region,
        "first_date": world.span.date(days[0]),
        "last_date": world.span.date(days[1]),
        "note": note,
    }


def recent_costs(world: World, usage: Usage) -> NDArray[np.int64]:
    """Return each meter's effective cost in the last days, in units of 1e-10."""
    recent = usage.day >= world.span.n_days - SAVING_DAYS
    net = np.where(usage.is_covered, 100, 100 - world.cloud.discount_pct)
    cost = usage.quantity * usage.effective_price * net
    sums = np.zeros(world.meters.size, dtype=np.int64)
    np.add.at(sums, usage.meter[recent], cost[recent])
    return sums


def wastes(world: World, costs: NDArray[np.int64]) -> list[Row]:
    """Return what could be saved in a month of thirty days."""
    return [_waste(world, item, int(costs[item.meter])) for item in world.wastes]


def _waste(world: World, item: Waste, cost: int) -> Row:
    meters, cloud = world.meters, world.cloud
    fleet = meters.fleets[meters.fleet[item.meter]]
    sku = cloud.skus[fleet.sku]
    detached = item.detached_day
    return {
        "kind": item.kind,
        "provider": cloud.provider,
        "sub_account_id": cloud.accounts[fleet.account].sub_account_id,
        "region_id": fleet.region,
        "resource_id": meters.resource_ids[item.meter],
        "resource_type": sku.kind,
        "sku": sku.type_name,
        "proposed": item.proposed or "",
        "detached_date": "" if detached is None else world.span.date(detached),
        "monthly_cost": money(cost),
        "monthly_saving": money(cost - cost * _price_pct(world, item) // 10**6),
        "currency": cloud.currency,
    }


def _price_pct(world: World, item: Waste) -> int:
    """Return the proposal's price in millionths of today's; 0 for a removal."""
    if item.proposed is None:
        return 0
    cloud = world.cloud
    fleet = world.meters.fleets[world.meters.fleet[item.meter]]
    today = cloud.price(cloud.skus[fleet.sku], fleet.region)
    prefix = cloud.skus[fleet.sku].name.rpartition(":")[0]
    for sku in cloud.skus:
        is_same_kind = sku.kind == cloud.skus[fleet.sku].kind
        is_wanted = sku.type_name == item.proposed
        is_wanted = is_wanted if sku.kind == "volume" else sku.machine == item.proposed
        if is_same_kind and is_wanted and sku.name.startswith(prefix):
            return cloud.price(sku, fleet.region) * 10**6 // today
    return 10**6


def total(
    name: str, world: World, usage: Usage, found: list[Charge], export: Export
) -> Row:
    """Return rows and exact sums of one export, from the company's own books."""
    known = world.span.day(export.on)
    is_in = usage.known_day <= known
    quantity = np.where(
        usage.corrected_day > known, usage.first_quantity, usage.quantity
    )
    gross = (quantity * usage.effective_price)[is_in]
    covered = usage.is_covered[is_in]
    net = int(gross[~covered].sum()) * (100 - world.cloud.discount_pct)
    billed = net + sum(item.billed for item in found)
    effective = net + int(gross[covered].sum()) * 100
    effective += sum(effective_cost(item) for item in found)
    lines = int(world.parts[usage.meter[is_in]].sum())
    return {
        "format": name,
        "provider": world.cloud.provider,
        "billing_account_id": world.cloud.billing_account_id,
        "billing_period": export.period,
        "version": export.version,
        "exported_at": f"{export.exported_at:%Y-%m-%dT%H:%M:%SZ}",
        "is_last": export.is_last,
        "rows": lines + _other_rows(name, world, usage, found, known),
        "billed": money(billed),
        "effective": money(effective),
        "currency": world.cloud.currency,
    }


def effective_cost(item: Charge) -> int:
    """Return what a charge adds to the effective cost: unused commitments only."""
    return item.billed if item.commitment_id is None else item.unused


def _other_rows(
    name: str, world: World, usage: Usage, found: list[Charge], known: int
) -> int:
    """Count lines besides usage: AWS takes back covered usage, FOCUS splits fees."""
    unused = sum(item.unused > 0 for item in found)
    if "focus" in name:
        return len(found) + unused
    if name == "azure_amortised":
        return unused + sum(item.commitment_id is None for item in found)
    if name == "gcp_detailed":
        is_redone = (usage.corrected_day > 0) & (usage.corrected_day <= known)
        return len(found) + int(is_redone.sum())
    if world.cloud.provider != AWS:
        return len(found)
    plans = [
        item.meters for item in world.commitments if item.offer.kind == "savings_plan"
    ]
    meters = np.concatenate(plans) if plans else np.array([], dtype=np.int64)
    is_negated = usage.is_covered & (usage.known_day <= known)
    is_negated &= np.isin(usage.meter, meters)
    return len(found) + int(world.parts[usage.meter[is_negated]].sum())
