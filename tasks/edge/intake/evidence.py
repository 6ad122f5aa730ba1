"""Utilisation and inventory: newer observations replace older ones, key by key."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from tasks.core.errors import BadValue, UnreadableFile
from tasks.edge.database import queries, warehouse
from tasks.edge.intake.parsing.exports import Export


@dataclass(frozen=True, slots=True)
class _Table:
    """Where a format goes.

    Attributes:
        name: The table.
        query: The query under ``sql/`` that reads a file of the format.
        time: The column that says when.
        update: What becomes of a row whose key is there already.
    """

    name: str
    query: str
    time: str
    update: str


TABLES = {
    "utilisation": _Table(
        "evidence.utilisation",
        "evidence/utilisation",
        "usage_date",
        "DO UPDATE SET {columns}",
    ),
    "inventory": _Table(
        "evidence.resources",
        "evidence/resources",
        "observed_at",
        "DO UPDATE SET {columns} WHERE excluded.observed_at >= resources.observed_at",
    ),
}


def check(con: warehouse.Connection, export: Export, staged: Path) -> None:
    """Read a whole file once, so that a bad value is found before anything is written.

    Raises:
        UnreadableFile: It has no rows.
        BadValue: A value is missing, or cannot be read as the type of its column.
    """
    table, name = TABLES[export.format.name], export.file.name
    empty = " OR ".join(f"{column} IS NULL" for column in export.format.required)
    try:
        rows = con.execute(
            f"SELECT count(*), count(*) FILTER (WHERE {empty}),"
            f" count(*) FILTER (WHERE {table.time} < DATE '2000-01-01')"
            f" FROM ({queries.text(table.query)})",
            {"files": [str(staged)]},
        ).fetchall()
    except duckdb.Error as error:
        raise BadValue(
            f"{name}: {str(error).splitlines()[0]}; correct the file."
        ) from error
    count, incomplete, ancient = rows[0]
    if count == 0:
        raise UnreadableFile(f"{name} has a header but no rows: export it again.")
    if incomplete:
        raise BadValue(
            f"{name}: {incomplete} rows lack one of"
            f" {', '.join(export.format.required)}; correct the file."
        )
    # What DuckDB makes of 1/5/26.
    if ancient:
        raise BadValue(
            f"{name}: {ancient} rows have a {table.time} before 2000; write dates like"
            " 2026-05-01."
        )


def add(con: warehouse.Connection, export: Export, staged: Path, digest: str) -> None:
    """Merge a checked file into its table and remember that it was loaded."""
    table = TABLES[export.format.name]
    with warehouse.transaction(con):
        described = con.execute(f"DESCRIBE {table.name}").fetchall()
        keys = [row[0] for row in described if row[3] == "PRI"]
        others = [row[0] for row in described if row[3] != "PRI"]
        columns = ", ".join(f"{column} = excluded.{column}" for column in others)
        con.execute(
            f"INSERT INTO {table.name} BY NAME {queries.text(table.query)}"
            f" ON CONFLICT ({', '.join(keys)}) {table.update.format(columns=columns)}",
            {"files": [str(staged)]},
        )
        con.execute(
            "INSERT INTO evidence.loads"
            " (digest, source_format, origin, row_count, loaded_at)"
            " SELECT $digest, $format, $origin, count(*), now()"
            " FROM read_parquet($staged)",
            {
                "digest": digest,
                "format": export.format.name,
                "origin": export.file.name,
                "staged": str(staged),
            },
        )
