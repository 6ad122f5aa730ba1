"""Files of simulated bills: typed columns, the time of their export, manifests."""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from tasks.core.simulation import columns, identity
from tasks.core.simulation.exports import Export
from tasks.core.simulation.world import World
from tasks.edge import queries

Connection = duckdb.DuckDBPyConnection

PARQUET = "FORMAT parquet, COMPRESSION snappy"
CSV = "FORMAT csv, HEADER"
ISO = "%Y-%m-%dT%H:%M:%SZ"


def shaped(
    con: Connection,
    relation: str,
    wanted: Mapping[str, str],
    constants: Mapping[str, str],
    *,
    time_format: str | None = None,
) -> str:
    """Return a SELECT with every wanted column, in order and of its type.

    Args:
        con: Connection that knows the relation.
        relation: What follows FROM.
        wanted: Columns and their types.
        constants: SQL of columns that are the same on every line.
        time_format: How times are written as text; None keeps them as times.
    """
    known = {
        row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    }

    def expression(name: str, kind: str) -> str:
        value = constants.get(name, f'"{name}"' if name in known else "NULL")
        if time_format and kind == columns.TIME:
            return f"strftime({value}, '{time_format}') AS \"{name}\""
        return f'({value})::{kind} AS "{name}"'

    selected = ", ".join(expression(name, kind) for name, kind in wanted.items())
    return f"SELECT {selected} FROM {relation}"


def save(con: Connection, query: str, path: Path, options: str, at: datetime) -> None:
    """Write a query's rows to a file that carries the time of the export."""
    path.parent.mkdir(parents=True, exist_ok=True)
    con.execute(f"COPY ({query}) TO {queries.literal(str(path))} ({options})")
    stamp(path, at)


def stamp(path: Path, at: datetime) -> None:
    """Give a file the time of the export."""
    os.utime(path, (at.timestamp(), at.timestamp()))


def save_json(path: Path, content: Mapping[str, object], at: datetime) -> None:
    """Write a manifest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    stamp(path, at)


def run_id(world: World, export: Export, name: str) -> str:
    """Return a UUID of the export's own, the same for the same bills."""
    number = world.seed
    for (
        char
    ) in f"{name} {world.cloud.provider} {export.exported_at:%Y%m%d} {export.period}":
        number = identity.mix(number ^ ord(char))
    return identity.uuid(number)


def period(world: World, export: Export) -> tuple[str, str]:
    """Return SQL of the first moment of the month and of the next."""
    start, end = world.span.month(export.month), world.span.month(export.month + 1)
    return f"TIMESTAMP '{start}'", f"TIMESTAMP '{end}'"


def invoice(world: World, export: Export) -> str:
    """Return SQL of the invoice's id: null while the month is open."""
    if export.on <= world.span.month(export.month + 1):
        return "NULL"
    return f"'INV-{world.span.month(export.month):%Y%m}-{world.seed % 1000:03d}'"


def focus(
    con: Connection, world: World, export: Export, amount: str, *, is_text: bool = False
) -> str:
    """Return the query of one export's FOCUS 1.2 rows, amounts of a given type."""
    start, end = period(world, export)
    constants = {
        "BillingPeriodStart": start,
        "BillingPeriodEnd": end,
        "InvoiceId": invoice(world, export),
    }
    return " UNION ALL ".join(
        shaped(
            con,
            f"({queries.text(f'simulate/{name}')})",
            columns.focus(amount),
            constants,
            time_format=ISO if is_text else None,
        )
        for name in ("focus_usage", "focus_charges")
    )
