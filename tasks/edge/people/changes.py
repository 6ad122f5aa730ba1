"""Changes in the clouds: loaded from simple tables, found again beside anomalies."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from tasks.core.errors import BadValue, MissingColumn, NothingThere, UnreadableFile
from tasks.edge.database import queries, warehouse
from tasks.edge.settings import Settings

# How each kind of file is read; all values as text where the file has no types.
READERS = {
    ".csv": "read_csv($path, all_varchar = true, header = true)",
    ".tsv": "read_csv($path, all_varchar = true, header = true, delim = '\t')",
    ".json": "read_json($path)",
    ".jsonl": "read_json($path)",
    ".ndjson": "read_json($path)",
    ".parquet": "read_parquet($path)",
}

# Names under which exports of audit logs and deploy tools give each column.
NAMES = {
    "changed_at": ("changed_at", "occurred_at", "time", "timestamp", "eventtime"),
    "provider": ("provider", "providername", "cloud"),
    "billing_account_id": ("billing_account_id",),
    "sub_account_id": (
        *("sub_account_id", "account", "account_id", "subscription_id", "project_id"),
        "recipientaccountid",
    ),
    "service_name": ("service_name", "service"),
    "region_id": ("region_id", "region", "awsregion", "location"),
    "resource_id": ("resource_id", "resource", "resourceid"),
    "actor": ("actor", "user", "author", "username", "caller"),
    "what": ("what", "event", "eventname", "operationname", "message", "title", "tag"),
    "link": ("link", "url", "href"),
}

Row = dict[str, Any]

EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many changes a file has, and how many of them were new."""

    changes: int
    new: int


@dataclass(frozen=True, slots=True)
class Listed:
    """The newest changes by column name, newest first."""

    changes: tuple[Row, ...]


def load(settings: Settings, path: Path, at: datetime | None = None) -> Loaded:
    """Add the changes of a CSV, JSON or Parquet file; known ones are left as they are.

    Raises:
        NothingThere: There is no such file.
        UnreadableFile: It is none of these kinds, or cannot be read as what it says.
        MissingColumn: It does not say when or what.
        BadValue: A row does not say when or what.
    """
    if not path.is_file():
        raise NothingThere(f"There is no file {path}.")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile(f"{path.name} is none of {', '.join(READERS)}.")
    with (
        warehouse.connect(settings.database, wait_seconds=settings.wait_seconds) as con,
        warehouse.transaction(con),
    ):
        count = _stage(con, path, reader)
        known = _count(con, "ops.changes")
        con.execute(
            "INSERT OR IGNORE INTO ops.changes BY NAME"
            " SELECT * EXCLUDE (row), $at AS loaded_at FROM changes_being_loaded",
            {"at": at or datetime.now(UTC)},
        )
        return Loaded(count, _count(con, "ops.changes") - known)


def listing(settings: Settings, rows: int) -> Listed:
    """Return the newest changes."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        return Listed(tuple(queries.rows(con, "ops/changes", rows=rows)))


def near(
    con: warehouse.Connection, ids: Sequence[str], as_of: datetime = EVER
) -> dict[str, list[Row]]:
    """Return the changes where and when anomalies began, by the anomaly's id.

    Only those count that were loaded by then.
    """
    found: dict[str, list[Row]] = defaultdict(list)
    if ids:
        for row in queries.rows(
            con, "findings/near_changes", ids=list(ids), as_of=as_of
        ):
            found[row.pop("anomaly_id")].append(row)
    return found


def _stage(con: warehouse.Connection, path: Path, reader: str) -> int:
    """Read a file into a temporary table and return how many rows it has."""
    try:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE read_changes AS FROM {reader}",
            {"path": str(path)},
        )
    except duckdb.Error as error:
        raise UnreadableFile(f"{path.name}: {str(error).splitlines()[0]}") from error
    columns = _columns(con, path)
    values = [
        f"TRY_CAST({column} AS TIMESTAMPTZ) AS {name}"
        if name == "changed_at"
        else f"nullif(trim({column}::VARCHAR), '') AS {name}"
        for name, column in columns.items()
    ]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE changes_being_loaded AS SELECT"
        " row_number() OVER () AS row, md5(to_json(said)::VARCHAR) AS change_id,"
        f" said.* FROM (SELECT {', '.join(values)} FROM read_changes) AS said"
    )
    bad = con.execute(
        "SELECT row, changed_at IS NULL FROM changes_being_loaded"
        " WHERE changed_at IS NULL OR what IS NULL ORDER BY row LIMIT 1"
    ).fetchone()
    if bad:
        row, is_time = bad
        name = "changed_at" if is_time else "what"
        told = columns[name].strip('"')
        wanted = "a time such as 2026-05-01T12:00:00Z" if is_time else "some words"
        raise BadValue(f"{path.name}, row {row}, column {told}: write {wanted} there.")
    return _count(con, "changes_being_loaded")


def _columns(con: warehouse.Connection, path: Path) -> dict[str, str]:
    """Return the file's columns, as SQL identifiers, by our names."""
    there = {
        row[0].lower(): queries.identifier(row[0])
        for row in con.execute("DESCRIBE read_changes").fetchall()
    }
    columns = {}
    for name, aliases in NAMES.items():
        found = [there[alias] for alias in aliases if alias in there]
        if found:
            columns[name] = found[0]
        elif name in ("changed_at", "what"):
            raise MissingColumn(
                f"{path.name} has none of the columns {', '.join(aliases)}: name one"
                " of them so."
            )
    return columns


def _count(con: warehouse.Connection, table: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
