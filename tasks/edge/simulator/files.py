"""Files of simulated bills: typed columns, the time of their export, manifests."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from tasks.core.simulation import columns, identity
from tasks.core.simulation.exports import Export
from tasks.core.simulation.metering import Usage
from tasks.core.simulation.world import World
from tasks.edge.database import queries

Connection = duckdb.DuckDBPyConnection

PARQUET = "FORMAT parquet, COMPRESSION snappy"
CSV = "FORMAT csv, HEADER"
ISO = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Bill:
    """One export to be written.

    Attributes:
        con: Connection whose ``simulated`` tables hold this export.
        out: Folder of all bills.
        world: The company at the cloud.
        usage: Its usage in the month.
        export: The delivery.
    """

    con: Connection
    out: Path
    world: World
    usage: Usage
    export: Export

    @property
    def start(self) -> date:
        """First day of the month."""
        return self.world.span.month(self.export.month)

    @property
    def end(self) -> date:
        """First day of the next month."""
        return self.world.span.month(self.export.month + 1)

    @property
    def invoice(self) -> str:
        """SQL of the invoice's id: null while the month is open."""
        if self.export.on <= self.end:
            return "NULL"
        return f"'INV-{self.start:%Y%m}-{self.world.seed % 1000:03d}'"


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


def save(con: Connection, query: str, path: Path, options: str, at: datetime) -> int:
    """Write a query's rows to a file that carries the time of the export.

    Returns:
        The number of rows.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    target = queries.literal(str(path))
    written = con.execute(f"COPY ({query}) TO {target} ({options})").fetchall()
    stamp(path, at)
    return int(written[0][0])


def stamp(path: Path, at: datetime) -> None:
    """Give a file the time of the export."""
    os.utime(path, (at.timestamp(), at.timestamp()))


def save_json(path: Path, content: Mapping[str, object], at: datetime) -> None:
    """Write a manifest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    stamp(path, at)


def run_id(bill: Bill, name: str) -> str:
    """Return a UUID of the export's own, the same for the same bills."""
    number, export = bill.world.seed, bill.export
    for char in f"{name} {export.exported_at:%Y%m%d} {export.period}":
        number = identity.mix(number ^ ord(char))
    return identity.uuid(number)


def focus(bill: Bill, amount: str, time_format: str | None = None) -> str:
    """Return the query of one export's FOCUS 1.2 rows, amounts of a given type."""
    constants = {
        "BillingPeriodStart": f"TIMESTAMP '{bill.start}'",
        "BillingPeriodEnd": f"TIMESTAMP '{bill.end}'",
        "InvoiceId": bill.invoice,
    }
    return " UNION ALL ".join(
        shaped(
            bill.con,
            f"({queries.text(f'simulate/{name}')})",
            columns.focus(amount),
            constants,
            time_format=time_format,
        )
        for name in ("focus_usage", "focus_charges")
    )
