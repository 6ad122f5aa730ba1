"""The company's arrays as DuckDB tables, for SQL to write bills from."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from tasks.core.simulation import identity
from tasks.core.simulation.catalogue import AWS, AZURE, COST_DECIMALS
from tasks.core.simulation.charges import Charge
from tasks.core.simulation.commitments import Commitment
from tasks.core.simulation.fleet import quantity_decimals
from tasks.core.simulation.lines import TYPES, Items
from tasks.core.simulation.machines import details, normalization_factor
from tasks.core.simulation.metering import Usage
from tasks.core.simulation.world import World

ISSUERS = {AWS: "Amazon Web Services EMEA SARL", AZURE: "Microsoft"}
GCP_ISSUER = "Google Cloud EMEA Limited"
PUBLISHERS = {"datadog-pro": "Datadog, Inc.", "sendgrid": "Twilio SendGrid"}

FAMILIES = {
    "instance": "Compute Instance",
    "volume": "Storage",
    "database": "Database Instance",
    "transfer": "Data Transfer",
    "address": "IP Address",
}

# How AWS begins the usage types of each region.
AWS_PREFIXES = {
    "us-east-1": "",
    "us-west-2": "USW2-",
    "eu-west-1": "EU-",
    "eu-central-1": "EUC1-",
    "ap-south-1": "APS3-",
    "global": "",
}

Columns = dict[str, Any]


def put(con: duckdb.DuckDBPyConnection, name: str, columns: Columns) -> None:
    """Create or replace ``simulated.<name>`` from columns of values."""
    con.register("arriving", pa.table(columns))
    con.execute(f"CREATE OR REPLACE TABLE simulated.{name} AS FROM arriving")
    con.unregister("arriving")


def meters(world: World) -> Columns:
    """Return what is known of each meter, one row per meter."""
    drawn = world.meters
    decimals = quantity_decimals(world.cloud, drawn)
    rank = COST_DECIMALS - decimals
    return {
        "meter": np.arange(drawn.size, dtype=np.int32),
        **_payer(world, drawn.size),
        **_of_fleets(world),
        "issuer": [ISSUERS.get(world.cloud.provider, GCP_ISSUER)] * drawn.size,
        "discount_pct": np.full(drawn.size, world.cloud.discount_pct, dtype=np.int64),
        "resource_id": pa.array(drawn.resource_ids, pa.string()),
        "resource_name": drawn.names,
        "tag_keys": pa.array(
            [_keys(world.cloud.provider, tags) for tags in drawn.tags], _TEXTS
        ),
        "tag_values": pa.array([list(tags.values()) for tags in drawn.tags], _TEXTS),
        "tags_json": pa.array(map(_tags_json, drawn.tags), pa.string()),
        "hours": world.parts,
        "opens": world.opens,
        "quantity_scale": 10**decimals,
        "quantity_unit": 10**rank,
        "price_scale": 10**rank,
        "price_unit": 10**decimals,
        **_ownership(world),
    }


def usage(found: Usage) -> Columns:
    """Return the usage lines of a month."""
    return {
        "meter": found.meter.astype(np.int32),
        "day": found.day.astype(np.int32),
        "quantity": found.quantity,
        "first_quantity": found.first_quantity,
        "corrected_day": found.corrected_day.astype(np.int32),
        "price": found.price,
        "effective_price": found.effective_price,
        "is_covered": found.is_covered,
        "known_day": found.known_day.astype(np.int32),
    }


def items(found: Items) -> Columns:
    """Return what CUR 2.0 lines have in common."""
    return {
        "item": np.arange(found.meter.size, dtype=np.int32),
        "meter": found.meter.astype(np.int32),
        "line_type": _texts(TYPES[kind] for kind in found.kind.tolist()),
        "price": found.price,
        "effective_price": found.effective_price,
    }


def slots(world: World, month: int) -> Columns:
    """Return the parts of each day that have a line of their own."""
    begin, end = world.span.days(month)
    parts = 24 if world.is_hourly else 1
    step = timedelta(hours=24 // parts)
    starts = [
        (day, part, _midnight(world.span.date(day)) + part * step)
        for day in range(begin, end)
        for part in range(parts)
    ]
    return {
        "day": np.array([day for day, _, _ in starts], dtype=np.int32),
        "part": np.array([part for _, part, _ in starts], dtype=np.int32),
        "start_at": pa.array([start for _, _, start in starts], _MOMENT),
        "end_at": pa.array([start + step for _, _, start in starts], _MOMENT),
        "time_interval": [
            f"{start:%Y-%m-%dT%H:%M:%SZ}/{start + step:%Y-%m-%dT%H:%M:%SZ}"
            for _, _, start in starts
        ],
    }


def charges(world: World, found: list[Charge]) -> Columns:
    """Return lines that are not usage."""
    accounts = [
        world.cloud.accounts[item.account] if item.account >= 0 else None
        for item in found
    ]
    kinds = [_commitment_names(world, item.commitment_id) for item in found]
    issuer = ISSUERS.get(world.cloud.provider, GCP_ISSUER)
    provider = world.cloud.provider
    plain = ("kind", "service_code", "service_name", "description", "commitment_id")
    return {
        **_payer(world, len(found)),
        **{name: _texts(getattr(item, name) for item in found) for name in plain},
        "sub_account_id": _texts(
            item.sub_account_id if item else "" for item in accounts
        ),
        "sub_account_name": _texts(item.name if item else "" for item in accounts),
        "service_category": _texts(item.category for item in found),
        "region_id": _texts(item.region for item in found),
        "region_name": _texts(world.cloud.regions[item.region][0] for item in found),
        "issuer": _texts(issuer for _ in found),
        "publisher": _texts(
            PUBLISHERS.get(item.service_code, provider) for item in found
        ),
        "first_at": _midnights(world, [item.first for item in found]),
        "end_at": _midnights(world, [item.end for item in found]),
        **{
            name: pa.array([getattr(item, name) for item in found], pa.int64())
            for name in ("billed", "used", "unused", "upfront", "unused_upfront")
        },
        "commitment_category": _texts(kind[0] for kind in kinds),
        "commitment_type": _texts(kind[1] for kind in kinds),
        "commitment_name": _texts(kind[2] for kind in kinds),
    }


def _payer(world: World, size: int) -> Columns:
    cloud = world.cloud
    return {
        "provider": _texts([cloud.provider] * size),
        "billing_account_id": _texts([cloud.billing_account_id] * size),
        "billing_account_name": _texts([cloud.billing_account_name] * size),
        "currency": _texts([cloud.currency] * size),
    }


def _of_fleets(world: World) -> Columns:
    """Return what all meters of a fleet share."""
    cloud, index = world.cloud, pa.array(world.meters.fleet)
    rows = []
    for fleet in world.meters.fleets:
        sku, account = cloud.skus[fleet.sku], cloud.accounts[fleet.account]
        prefix = AWS_PREFIXES[fleet.region] if cloud.provider == AWS else ""
        is_machine = sku.kind == "instance"
        about = details(sku.machine)
        rows.append(
            {
                "sub_account_id": account.sub_account_id,
                "sub_account_name": account.name,
                "service_code": sku.service.code,
                "service_name": sku.service.name,
                "service_category": sku.service.category,
                "kind": sku.kind,
                "machine": sku.machine if ":" in sku.name else None,
                "machine_family": sku.machine.partition(".")[0],
                "normalization_factor": normalization_factor(sku.machine),
                "product_family": FAMILIES.get(sku.kind, sku.service.category),
                "team": account.team,
                "detail_keys": list(about),
                "detail_values": list(about.values()),
                "unit": sku.unit,
                "operation": "RunInstances" if is_machine else sku.kind,
                "usage_type": prefix + sku.name,
                "sku_id": _sku_id(sku.service.code + sku.name + fleet.region),
                "is_spot": "Spot" in sku.name,
                "region_id": fleet.region,
                "region_name": cloud.regions[fleet.region][0],
                "zone": _zone(cloud.provider, fleet.region) if is_machine else None,
            }
        )
    return {name: pa.array([row[name] for row in rows]).take(index) for name in rows[0]}


def _zone(provider: str, region: str) -> str:
    """Return a zone as the provider writes it: eu-central-1a, 1, europe-west3-a."""
    return {AWS: f"{region}a", AZURE: "1"}.get(provider, f"{region}-a")


def _ownership(world: World) -> Columns:
    """Return the commitment of each covered meter and the upfront part of its price."""
    size = world.meters.size
    owner: list[Commitment | None] = [None] * size
    upfront = np.zeros(size, dtype=np.int64)
    for item in world.commitments:
        upfront[item.meters] = item.price * item.upfront // item.total
        for meter in item.meters.tolist():
            owner[meter] = item
    ids = [item.commitment_id if item else None for item in owner]
    names = [_commitment_names(world, commitment_id) for commitment_id in ids]
    return {
        "commitment_id": _texts(ids),
        "commitment_kind": _texts(item.offer.kind if item else None for item in owner),
        "commitment_category": _texts(name[0] for name in names),
        "commitment_type": _texts(name[1] for name in names),
        "commitment_name": _texts(name[2] for name in names),
        "upfront_price": upfront,
    }


def _commitment_names(
    world: World, commitment_id: str | None
) -> tuple[str | None, str | None, str | None]:
    """Return FOCUS category, type and name of a commitment."""
    for item in world.commitments:
        if item.commitment_id == commitment_id:
            is_plan = item.offer.kind == "savings_plan"
            kind = "Savings Plan" if is_plan else "Reservation"
            return "Spend" if is_plan else "Usage", kind, item.offer.name
    return None, None, None


def _sku_id(text: str) -> str:
    number = 0
    for char in text:
        number = identity.mix(number ^ ord(char))
    return f"{number:016X}"


def _keys(provider: str, tags: dict[str, str]) -> list[str]:
    """Return tag keys as the provider's own format changes them.

    AWS and Google know small letters only; AWS says who made the tag.
    """
    slugs = [re.sub("[^a-z0-9]+", "_", key.lower()).strip("_") for key in tags]
    return [f"user_{slug}" for slug in slugs] if provider == AWS else slugs


def _tags_json(tags: dict[str, str]) -> str | None:
    return json.dumps(tags, ensure_ascii=False) if tags else None


def _texts(values: Any) -> pa.Array:
    return pa.array(list(values), pa.string())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _midnights(world: World, days: list[int]) -> pa.Array:
    return pa.array([_midnight(world.span.date(day)) for day in days], _MOMENT)


# UTC without saying so, as exports do.
_MOMENT = pa.timestamp("us")
_TEXTS = pa.list_(pa.string())
