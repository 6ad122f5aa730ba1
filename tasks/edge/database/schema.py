"""The warehouse's tables as they are declared, and those of an older warehouse.

A warehouse lives for years, and later versions of this project declare more columns.
They are added where they are missing; none is ever taken away.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import duckdb

from tasks.edge.database import queries

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


@cache
def declared() -> dict[str, str]:
    """Return what declares and describes each table, by the table's name."""
    files = sorted((queries.SQL / "tables").glob("*.sql"))
    return {path.stem: path.read_text(encoding="utf-8") for path in files}


def create(con: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Create schemas and tables; belongs into the caller's transaction."""
    for schema in SCHEMAS:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for table in tables:
        con.execute(_divided(table)[0])


def describe(con: duckdb.DuckDBPyConnection) -> None:
    """Give tables and columns their comments, which take longer than to create them."""
    for table in declared():
        con.execute(_divided(table)[1])


def lacking(con: duckdb.DuckDBPyConnection) -> list[Column]:
    """Return the columns that are declared, but that tables which are there lack."""
    have = {(table, name) for table, name, *_ in _columns(con)}
    tables = {table for table, _ in have}
    return [
        column
        for column in _wanted()
        if column.table in tables and (column.table, column.name) not in have
    ]


def widen(con: duckdb.DuckDBPyConnection, columns: Iterable[Column]) -> None:
    """Add columns; rows that are there get the column's default, or null.

    Belongs into the caller's transaction.
    """
    for column in columns:
        default = f" DEFAULT {column.default}" if column.default else ""
        con.execute(
            f"ALTER TABLE {column.table}"
            f" ADD COLUMN {queries.identifier(column.name)} {column.data_type}{default}"
        )


def _divided(table: str) -> tuple[str, str]:
    """Return what creates a table, and what describes it."""
    created, mark, described = declared()[table].partition("\nCOMMENT ON ")
    return created, mark + described


@cache
def _wanted() -> tuple[Column, ...]:
    """Every declared column: what an empty database has after its creation."""
    with duckdb.connect() as con:
        create(con, declared())
        return tuple(_columns(con))


def _columns(con: duckdb.DuckDBPyConnection) -> Iterator[Column]:
    yield from map(Column._make, con.execute(COLUMNS).fetchall())
