"""Rows of Google's billing export in each of the forms in which people have them."""

import copy
import json
from decimal import Decimal

import duckdb

from tests.edge.export_world import written

ROW = {
    "billing_account_id": "01A2B3-C4D5E6-F7A8B9",
    "service": {"id": "6F81-5844-456A", "description": "Compute Engine"},
    "sku": {"id": "D0CC-50DF-59D2", "description": "N2 Instance Core"},
    "usage_start_time": "2026-05-02 10:00:00 UTC",
    "usage_end_time": "2026-05-02 11:00:00 UTC",
    "project": {
        "id": "shop",
        "number": "123456789012",
        "name": "Shop",
        "labels": [{"key": "unit", "value": "web"}],
        "ancestry_numbers": "/482915730164/",
    },
    "labels": [{"key": "team", "value": "o'hara"}],
    "system_labels": [],
    "location": {"location": "europe-west6", "region": "europe-west6", "zone": None},
    "tags": [],
    "resource": {"name": "web-1", "global_name": "//compute/instances/web-1"},
    "cost": 0.1,
    "currency": "CHF",
    "currency_conversion_rate": 0.79705,
    "usage": {
        "amount": 3600,
        "unit": "seconds",
        "amount_in_pricing_units": 1,
        "pricing_unit": "hour",
    },
    "credits": [],
    "invoice": {"month": "202605", "publisher_type": "GOOGLE"},
    "cost_type": "regular",
    "export_time": "2026-05-02 14:00:00 UTC",
}


def row(**changes):
    """One row; a change of a nested column names the path, as in ``sku__id``."""
    made = copy.deepcopy(ROW)
    for path, value in changes.items():
        place = made
        *above, last = path.split("__")
        for step in above:
            place = place[step]
        place[last] = value
    return made


def credit(kind, amount, credit_id="c-1"):
    """One credit of a row."""
    return {
        "id": credit_id,
        "full_name": None,
        "name": credit_id,
        "type": kind,
        "amount": amount,
    }


def write_json(path, rows, written_at=None):
    """Write rows as BigQuery does: one object on each line, without what is null."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(_without_nulls(item)) for item in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return written(path, written_at)


def write_parquet(path, rows, written_at=None, shown="*"):
    """Write rows as Parquet with structs and lists, money as DOUBLE."""
    source = path.with_suffix(".source.json")
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text("\n".join(json.dumps(item) for item in rows), encoding="utf-8")
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT {shown} FROM read_json($source)) TO $target"
            " (FORMAT parquet)",
            {"source": str(source), "target": str(path)},
        )
    source.unlink()
    return written(path, written_at)


def flat(item):
    """One row as pandas flattens it: dotted names, lists as Python shows them."""
    found = {}
    for name, value in item.items():
        for inner, leaf in value.items() if isinstance(value, dict) else [("", value)]:
            column = f"{name}.{inner}" if inner else name
            found[column] = "" if leaf is None else str(leaf)
    return found


def as_api(item):
    """One row as BigQuery's API gives it: all text, times as seconds."""
    made = copy.deepcopy(item)
    made["cost"] = f"{Decimal(str(item['cost'])):E}"
    made["usage_start_time"] = "1.777716E9"
    made["usage_end_time"] = "1.7777196E9"
    made["usage"]["amount"] = str(item["usage"]["amount"])
    for one in made["credits"]:
        one["amount"] = str(one["amount"])
    return made


def _without_nulls(value):
    if isinstance(value, dict):
        return {
            key: _without_nulls(inner)
            for key, inner in value.items()
            if inner is not None
        }
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value
