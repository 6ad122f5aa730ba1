"""Bills as the providers deliver them: file names, manifests, types and times."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from tasks.core.simulation import columns, identity
from tasks.core.simulation.catalogue import AWS, AZURE, GCP
from tasks.core.simulation.exports import Export
from tasks.core.simulation.world import World
from tasks.edge import queries

Connection = duckdb.DuckDBPyConnection

BUCKET = "nordwind-billing"
PARQUET = "FORMAT parquet, COMPRESSION snappy"
CSV = "FORMAT csv, HEADER"


@dataclass(frozen=True)
class Format:
    """A kind of export.

    Attributes:
        name: Its name in the truth files.
        provider: Whose export it is.
        prepare: Makes what all its bills share.
        write: Writes one export and returns the number of files.
    """

    name: str
    provider: str
    prepare: Callable[[Connection], None]
    write: Callable[[Connection, Path, World, Export], int]


def shaped(
    con: Connection,
    relation: str,
    wanted: Mapping[str, str],
    constants: Mapping[str, str],
    *,
    is_text: bool = False,
) -> str:
    """Return a SELECT with every wanted column, in order and of its type.

    Args:
        con: Connection that knows the relation.
        relation: What follows FROM.
        wanted: Columns and their types.
        constants: SQL of columns that are the same on every line.
        is_text: Times are written as text in UTC, for CSV.
    """
    known = {
        row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    }

    def expression(name: str, kind: str) -> str:
        value = constants.get(name, f'"{name}"' if name in known else "NULL")
        if is_text and kind == columns.TIME:
            return f"strftime({value}, '%Y-%m-%dT%H:%M:%SZ') AS \"{name}\""
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
    high, low = number, identity.mix(number)
    head = f"{high >> 32:08x}-{high >> 16 & 0xFFFF:04x}-4{high & 0xFFF:03x}"
    return f"{head}-a{low >> 52:03x}-{low & 0xFFFFFFFFFFFF:012x}"


def _period(world: World, export: Export) -> dict[str, str]:
    start, end = world.span.month(export.month), world.span.month(export.month + 1)
    return {"start": f"TIMESTAMP '{start}'", "end": f"TIMESTAMP '{end}'"}


def _prepare_cur2(con: Connection) -> None:
    query = queries.text("simulate/cur2_items")
    con.execute(f"CREATE OR REPLACE TABLE simulated.cur2_items AS {query}")


def _nothing(_con: Connection) -> None:
    """Prepare nothing."""


def _write_cur2(con: Connection, out: Path, world: World, export: Export) -> int:
    period = _period(world, export)
    constants = {
        "bill_billing_period_start_date": period["start"],
        "bill_billing_period_end_date": period["end"],
        "bill_invoice_id": f"'{_invoice(world, export)}'"
        if _is_closed(world, export)
        else "NULL",
    }
    usage = f"({queries.text('simulate/cur2_usage')}) INNER JOIN simulated.cur2_items USING (meter)"
    other = f"({queries.text('simulate/cur2_charges')})"
    query = " UNION ALL ".join(
        shaped(con, relation, columns.CUR2, constants) for relation in (usage, other)
    )
    return _data_export(
        con, out / "aws" / "cur2", "nordwind-cur2", world, export, query
    )


def _data_export(
    con: Connection, out: Path, name: str, world: World, export: Export, query: str
) -> int:
    """Write an AWS Data Export that keeps every execution in a folder of its own."""
    at = export.exported_at
    execution = f"{at:%Y-%m-%dT%H:%M:%S}.000Z-{run_id(world, export, name)}"
    partition = f"BILLING_PERIOD={export.period}/{execution}"
    file = f"{name}-00001.snappy.parquet"
    save(con, query, out / name / "data" / partition / file, PARQUET, at)
    described = con.execute(f"DESCRIBE {query}").fetchall()
    account = world.cloud.billing_account_id
    manifest = {
        "exportArn": f"arn:aws:bcm-data-exports:us-east-1:{account}:export/{name}",
        "exportName": name,
        "executionId": execution,
        "createdAt": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
        "billingPeriod": export.period,
        "columns": [{"name": row[0], "type": row[1].lower()} for row in described],
        "dataFiles": [f"s3://{BUCKET}/{name}/data/{partition}/{file}"],
        "additionalOutputFiles": [],
    }
    save_json(
        out / name / "metadata" / partition / f"{name}-Manifest.json", manifest, at
    )
    return 2


def _invoice(world: World, export: Export) -> str:
    return f"EUINDE26-{world.span.month(export.month):%Y%m}{world.seed % 1000:03d}"


def _is_closed(world: World, export: Export) -> bool:
    return export.on > world.span.month(export.month + 1)


def _focus(
    con: Connection, world: World, export: Export, amount: str, *, is_text: bool = False
) -> str:
    """Return the query of one export's FOCUS rows."""
    period = _period(world, export)
    constants = {
        "BillingPeriodStart": period["start"],
        "BillingPeriodEnd": period["end"],
    }
    if _is_closed(world, export):
        constants["InvoiceId"] = f"'{_invoice(world, export)}'"
    return " UNION ALL ".join(
        shaped(
            con,
            f"({queries.text(f'simulate/{name}')})",
            columns.focus(amount),
            constants,
            is_text=is_text,
        )
        for name in ("focus_usage", "focus_charges")
    )


def _write_focus_aws(con: Connection, out: Path, world: World, export: Export) -> int:
    query = _focus(con, world, export, "DOUBLE")
    return _data_export(
        con, out / "focus" / "aws", "nordwind-focus", world, export, query
    )


def _write_focus_azure(con: Connection, out: Path, world: World, export: Export) -> int:
    query = _focus(con, world, export, "DECIMAL(38, 10)", is_text=True)
    root = out / "focus" / "azure"
    return azure_export(
        con, root, "focus-cost", "FocusCost", "1.2", world, export, query
    )


def _write_focus_gcp(con: Connection, out: Path, world: World, export: Export) -> int:
    query = _focus(con, world, export, "DECIMAL(38, 10)")
    at = export.exported_at
    folder = (
        out
        / "focus"
        / "gcp"
        / f"billing_period={export.period}"
        / f"{at:%Y%m%dT%H%M%SZ}"
    )
    save(con, query, folder / "gcp_billing_export_focus.parquet", PARQUET, at)
    return 1


def azure_export(
    con: Connection,
    root: Path,
    name: str,
    kind: str,
    version: str,
    world: World,
    export: Export,
    query: str,
) -> int:
    """Write a Cost Management export: one part and its manifest, by run."""
    at = export.exported_at
    start, end = world.span.month(export.month), world.span.month(export.month + 1)
    run = run_id(world, export, name)
    folder = root / name / f"{start:%Y%m%d}-{end:%Y%m%d}" / run
    part = folder / "part_0_0001.csv"
    save(con, query, part, CSV, at)
    counted = con.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0]
    account = world.cloud.billing_account_id
    scope = f"/providers/Microsoft.Billing/billingAccounts/{account}"
    blob = {
        "blobName": str(part.relative_to(root.parent)),
        "byteCount": part.stat().st_size,
        "dataRowCount": counted,
    }
    manifest = {
        "manifestVersion": "2024-04-01",
        "byteCount": part.stat().st_size,
        "blobCount": 1,
        "dataRowCount": counted,
        "exportConfig": {
            "exportName": name,
            "resourceId": f"{scope}/providers/Microsoft.CostManagement/exports/{name}",
            "dataVersion": version,
            "apiVersion": "2023-07-01-preview",
            "type": kind,
            "timeFrame": "Custom",
            "granularity": "Daily",
        },
        "deliveryConfig": {
            "partitionData": True,
            "dataOverwriteBehavior": "CreateNewReport",
            "fileFormat": "Csv",
            "compressionMode": "None",
            "containerUri": f"https://{BUCKET.replace('-', '')}.blob.core.windows.net/exports",
            "rootFolderPath": root.name,
        },
        "runInfo": {
            "executionType": "Scheduled",
            "submittedTime": f"{at:%Y-%m-%dT%H:%M:%S}.0000000Z",
            "runId": run,
            "startDate": f"{start}T00:00:00",
            "endDate": f"{end}T00:00:00",
        },
        "blobs": [blob],
    }
    save_json(folder / "manifest.json", manifest, at)
    return 2


FORMATS = {
    item.name: item
    for item in (
        Format("aws_cur2", AWS, _prepare_cur2, _write_cur2),
        Format("aws_focus", AWS, _nothing, _write_focus_aws),
        Format("azure_focus", AZURE, _nothing, _write_focus_azure),
        Format("gcp_focus", GCP, _nothing, _write_focus_gcp),
    )
}
