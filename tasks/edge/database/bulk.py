"""Write many rows with one statement.

Row by row DuckDB looks for each key through all that the transaction has written
before: 24,000 rows took more than five minutes and 10 GB.
"""

from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

from tasks.edge.database import queries


def insert(
    con: duckdb.DuckDBPyConnection,
    table: str,
    rows: Sequence[Mapping[str, object]],
    *,
    is_replacing: bool = False,
) -> None:
    """Insert rows of the same columns.

    Args:
        con: The warehouse.
        table: Its table, with the schema.
        rows: Values by column name.
        is_replacing: Whether a row takes the place of one that has the same key.
    """
    if not rows:
        return
    names = ", ".join(map(queries.identifier, rows[0]))
    kinds = con.sql(f"SELECT {names} FROM {table} LIMIT 0").to_arrow_table().schema
    written = pa.Table.from_pylist(list(rows), kinds)
    write(con, table, written, is_replacing=is_replacing)


def write(
    con: duckdb.DuckDBPyConnection,
    table: str,
    rows: pa.Table,
    *,
    is_replacing: bool = False,
) -> None:
    """Insert the rows of an Arrow table, by column name; else as ``insert``."""
    con.register("rows_to_insert", rows)
    how = "INSERT OR REPLACE" if is_replacing else "INSERT"
    try:
        con.execute(f"{how} INTO {table} BY NAME FROM rows_to_insert")
    finally:
        con.unregister("rows_to_insert")
