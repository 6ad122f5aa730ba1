"""What the warehouse knows of resources: inventory, costs, measurements."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tasks.core.detection.people import SCOPE_FILTERS
from tasks.core.errors import NothingThere
from tasks.core.rightsizing import machine_types
from tasks.core.rightsizing.advice import Rules
from tasks.core.rightsizing.prices import Observed
from tasks.core.rightsizing.recommendations import ZERO, Cost, Metric, Resource, Window
from tasks.edge.database import queries
from tasks.edge.database.warehouse import Connection

# How long before the days of evidence a resource's first charge is looked for.
LOOK_BACK = timedelta(days=30)

DAYS_OF_A_MONTH = 30.44

# What an inventory would say, from the shape of the id: for what is in none.
TYPES_BY_ID = (
    (
        re.compile(r"^i-|:instance/|/virtualmachines/|/instances/", re.IGNORECASE),
        "instance",
    ),
    (
        re.compile(r"^vol-|:volume/|microsoft\.compute/disks/|/disks/", re.IGNORECASE),
        "volume",
    ),
    (
        re.compile(r"eipalloc-|/publicipaddresses/|/addresses/", re.IGNORECASE),
        "address",
    ),
)

# What can change its type and stay the same resource.
RETYPED = frozenset({"instance", "volume"})

Key = tuple[str, str]
Sku = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that advice rests on."""

    resources: list[Resource]
    windows: dict[str, Window]
    observed: list[Observed]


def load(con: Connection, rules: Rules, until: datetime) -> Evidence:
    """Read inventory, costs and measurements, each over its provider's days.

    Raises:
        NothingThere: No bill was ever normalised.
    """
    if not _has_bills(con):
        raise NothingThere(
            "There are no bills yet: ingest some and run `costwarden run`."
        )
    newest = queries.run(con, "evidence/newest_days", until=until.date()).fetchall()
    windows = {provider: _window(last, rules) for provider, last in newest}
    inventory = _inventory(con, until)
    resources, observed = [], []
    for days in sorted(set(windows.values()), key=lambda window: window.first):
        providers = {name for name, window in windows.items() if window == days}
        costs = [row for row in _costs(con, days) if row["provider"] in providers]
        usage = _usage(con, days)
        resources += _resources(costs, inventory, usage)
        observed += _observed(costs, inventory)
    return Evidence(resources, windows, observed)


def within(con: Connection, scope: Mapping[str, str | None], since: date) -> set[Key]:
    """Return the resources that were charged for within a scope.

    Args:
        con: The warehouse.
        scope: What columns of a scope must be; None where the bill names none. A
            column that is absent may be anything.
        since: First day that is looked at.
    """
    values = {name: scope.get(name) for name in SCOPE_FILTERS}
    rows = queries.run(
        con,
        "evidence/scope_resources",
        narrowed=list(scope),
        seen_from=since,
        **values,
    ).fetchall()
    return {key(provider, resource_id) for provider, resource_id in rows}


def _has_bills(con: Connection) -> bool:
    found = con.execute(
        "SELECT count(*) FROM information_schema.tables"
        " WHERE table_schema = 'focus' AND table_name = 'cost_and_usage'"
    ).fetchone()
    return found is not None and found[0] > 0


def _window(newest: date, rules: Rules) -> Window:
    last = newest - timedelta(days=rules.settle_days)
    return Window(last - timedelta(days=rules.days - 1), last)


def _rows(con: Connection, name: str, **values: object) -> list[dict[str, Any]]:
    found = queries.run(con, name, **values)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def key(provider: str, resource_id: str) -> Key:
    """Providers disagree with themselves about upper and lower case in ids."""
    return provider, resource_id.casefold()


def _inventory(con: Connection, until: datetime) -> dict[Key, dict[str, Any]]:
    rows = _rows(con, "evidence/inventory", until=until)
    return {key(row["provider"], row["resource_id"]): row for row in rows}


def _costs(con: Connection, days: Window) -> list[dict[str, Any]]:
    rows = _rows(
        con,
        "evidence/resource_costs",
        seen_from=days.first - LOOK_BACK,
        from_date=days.first,
        to_date=days.last,
    )
    return [row for row in rows if row["effective_cost"] is not None]


def _usage(con: Connection, days: Window) -> dict[Key, dict[str, Metric]]:
    usage: dict[Key, dict[str, Metric]] = defaultdict(dict)
    rows = queries.run(
        con, "evidence/resource_usage", from_date=days.first, to_date=days.last
    ).fetchall()
    for provider, resource_id, metric, *values in rows:
        usage[key(provider, resource_id)][metric] = Metric(*values)
    return usage


def _resources(
    costs: Iterable[Mapping[str, Any]],
    inventory: Mapping[Key, Mapping[str, Any]],
    usage: Mapping[Key, dict[str, Metric]],
) -> list[Resource]:
    """Join the three; a resource billed in two currencies counts in its larger one."""
    found: dict[Key, Resource] = {}
    for row in sorted(costs, key=lambda row: row["effective_cost"]):
        place = key(row["provider"], row["resource_id"])
        known = inventory.get(place) or _guess(row["resource_id"])
        if known is not None:
            found[place] = _resource(row, known, usage.get(place, {}))
    return list(found.values())


def _guess(resource_id: str) -> dict[str, Any] | None:
    types = (kind for shape, kind in TYPES_BY_ID if shape.search(resource_id))
    kind = next(types, None)
    return {"resource_type": kind} if kind else None


def _resource(
    row: Mapping[str, Any], known: Mapping[str, Any], usage: dict[str, Metric]
) -> Resource:
    return Resource(
        provider=row["provider"],
        resource_id=row["resource_id"],
        resource_type=known["resource_type"],
        sku=known.get("sku") or row["sku"] or "",
        state=known.get("state") or "",
        cost=_cost(row),
        sub_account_id=row["sub_account_id"],
        region_id=row["region_id"],
        operating_system=row["operating_system"] or "",
        attached_to=known.get("attached_to"),
        vcpus=known.get("vcpus"),
        memory_gib=known.get("memory_gib"),
        size_gib=known.get("size_gib") or _billed_size(row),
        detached_at=known.get("detached_at"),
        observed_at=known.get("observed_at"),
        tags=_tags(row["tags"]),
        usage=usage,
        accounts=row["accounts"],
        is_spot=row["is_spot"],
        has_settled_type=row["types"] <= 1 and _agree(row, known),
    )


def _agree(row: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    """Say whether bill and inventory name the same type, where they can be compared."""
    billed, listed = row["sku"], known.get("sku")
    if not billed or not listed or known["resource_type"] not in RETYPED:
        return True
    if known["resource_type"] == "instance":
        types = (machine_types.machine(row["provider"], it) for it in (billed, listed))
        return None in types or billed == listed
    return bool(billed == listed)


def _billed_size(row: Mapping[str, Any]) -> float | None:
    """Return the size that the charged GB-months come to; within a few percent."""
    if not row["capacity_quantity"] or not row["days"]:
        return None
    return float(row["capacity_quantity"]) / float(row["days"]) * DAYS_OF_A_MONTH


def _cost(row: Mapping[str, Any]) -> Cost:
    return Cost(
        currency=row["billing_currency"],
        effective=row["effective_cost"],
        uncovered=row["uncovered_cost"] or ZERO,
        uncovered_time=row["time_cost"] or ZERO,
        uncovered_capacity=row["capacity_cost"] or ZERO,
        days=row["days"],
        idle_days=row["idle_days"],
        first_date=row["first_date"],
        last_date=row["last_date"],
    )


def _tags(text: str | None) -> dict[str, str]:
    """Read the tags of a bill; what is not a JSON object of texts says nothing."""
    try:
        found = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(key): str(value) for key, value in found.items() if value is not None}


def _observed(
    costs: Iterable[Mapping[str, Any]], inventory: Mapping[Key, Mapping[str, Any]]
) -> list[Observed]:
    """Sum what was charged per type: the bill's own price list.

    Spot prices are left out: nobody can count on them.
    """
    sums: dict[Sku, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for row in costs:
        if row["is_spot"]:
            continue
        known = inventory.get(key(row["provider"], row["resource_id"]), {})
        for unit in ("time", "capacity"):
            sku = (
                row["provider"],
                row["region_id"] or "",
                row["operating_system"] or "",
                row["billing_currency"],
                unit,
                known.get("sku") or row["sku"] or "",
            )
            cost, quantity = sums[sku]
            sums[sku] = (
                cost + (row[f"{unit}_cost"] or ZERO),
                quantity + Decimal(row[f"{unit}_quantity"] or 0),
            )
    return [Observed(*sku, *totals) for sku, totals in sums.items()]
