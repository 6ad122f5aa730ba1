"""The warehouse's tables as they are declared, and those of an older warehouse.

A warehouse lives for years, and later versions of this project declare more columns.
They are added where they are missing; none is ever taken away.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import duckdb

from tasks.edge import queries

SCHEMAS = ("bills", "raw", "focus", "series", "evidence", "findings", "actions", "ops")

COLUMNS = (
    "SELECT schema_name || '.' || table_name, column_name, data_type, column_default"
    " FROM duckdb_columns()"
    " WHERE database_name = current_database() AND NOT internal"
    " ORDER BY ALL"
)


class Column(NamedTuple):
    """One column of a table, as DuckDB describes it."""

    table: str
    name: str
    data_type: str
    default: str | None


def declared() -> dict[str, Path]:
    """Return the file that declares each table, by the table's name."""
    return {path.stem: path for path in sorted((queries.SQL / "tables").glob("*.sql"))}


def create(
    con: duckdb.DuckDBPyConnection, paths: list[Path], *, is_described: bool
) -> None:
    """Create schemas and tables; belongs into the caller's transaction."""
    for schema in SCHEMAS:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for path in paths:
        statements = path.read_text(encoding="utf-8")
        created, _, _ = statements.partition("\nCOMMENT ON ")
        con.execute(statements if is_described else created)


def lacking(con: duckdb.DuckDBPyConnection) -> list[Column]:
    """Return the columns that are declared, but that tables which are there lack."""
    have = {(table, name) for table, name, *_ in _columns(con)}
    tables = {table for table, _ in have}
    return [
        column
        for column in _wanted()
        if column.table in tables and (column.table, column.name) not in have
    ]


def widen(con: duckdb.DuckDBPyConnection, columns: list[Column]) -> None:
    """Add columns, with the comments of their tables.

    Rows that are there get the column's default, or null. Belongs into the caller's
    transaction.
    """
    for column in columns:
        default = f" DEFAULT {column.default}" if column.default else ""
        con.execute(
            f"ALTER TABLE {column.table}"
            f" ADD COLUMN {queries.identifier(column.name)} {column.data_type}{default}"
        )
    for table in {column.table for column in columns}:
        con.execute(declared()[table].read_text(encoding="utf-8"))


@cache
def _wanted() -> tuple[Column, ...]:
    """Every declared column: what an empty database has after its creation."""
    with duckdb.connect() as con:
        create(con, list(declared().values()), is_described=False)
        return tuple(_columns(con))


def _columns(con: duckdb.DuckDBPyConnection) -> Iterator[Column]:
    yield from map(Column._make, con.execute(COLUMNS).fetchall())
