"""SQL files, found by the name of the table that they fill.

``sql/series/daily_cost.sql`` is the query ``series/daily_cost``. A file holds one
SELECT and names its parameters as ``$name``. It is run with bound parameters, or
installed as a table macro whose arguments are those parameters.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    import pyarrow as pa

IS_DUCKDB_1 = duckdb.__version__.startswith("1.")

SQL = Path(__file__).parents[3] / "sql"

# Rows that are handed over at once: as many as DuckDB keeps together.
BATCH_ROWS = 122_880

# A parameter, unless it stands in a comment or a string literal.
TOKEN = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\$(?P<param>[a-z_]+)")


@cache
def text(name: str) -> str:
    """Return the SELECT of ``layer/table``."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def params(name: str) -> list[str]:
    """Return the parameters of a query in the order of their first use."""
    found = (match["param"] for match in TOKEN.finditer(text(name)))
    return list(dict.fromkeys(param for param in found if param))


def names(layer: str) -> Iterator[str]:
    """Yield the queries of one layer, by name."""
    for path in sorted((SQL / layer).glob("*.sql")):
        yield f"{layer}/{path.stem}"


@cache
def as_macro(name: str) -> str:
    """Return the statement that installs a query as a table macro.

    ``focus/aws_cur2`` with ``$files`` becomes ``focus.aws_cur2(files)``.
    """

    def unbind(match: re.Match[str]) -> str:
        return match["param"] or match[0]

    macro = f"{name.replace('/', '.')}({', '.join(params(name))})"
    body = TOKEN.sub(unbind, text(name))
    return f"CREATE OR REPLACE MACRO {macro} AS TABLE\n{body}"


def literal(value: str | list[str]) -> str:
    """Write a value as SQL text, for the few places that cannot bind one.

    Examples:
        >>> literal("O'Neil")
        "'O''Neil'"
        >>> literal(["a", "b"])
        "['a', 'b']"
    """
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "[" + ", ".join(literal(item) for item in value) + "]"


def identifier(name: str) -> str:
    """Write a column's name as an SQL identifier.

    Examples:
        >>> identifier('6" disk')
        '"6"" disk"'
    """
    return '"' + name.replace('"', '""') + '"'


def files(name: str) -> str:
    """Return the table function that reads Parquet files, named by a parameter.

    What their folders are called is no column.

    Examples:
        >>> files("mine")
        'read_parquet($mine, union_by_name = TRUE, hive_partitioning = FALSE)'
    """
    return f"read_parquet(${name}, union_by_name = TRUE, hive_partitioning = FALSE)"


def run(
    con: duckdb.DuckDBPyConnection, name: str, **values: object
) -> duckdb.DuckDBPyConnection:
    """Execute a query with its parameters bound."""
    return con.execute(text(name), values or None)


def table(con: duckdb.DuckDBPyConnection, name: str, **values: object) -> "pa.Table":
    """Return the rows of a query as an Arrow table, by whichever way copies none.

    DuckDB 1 keeps all rows of a relation with parameters as constants; DuckDB 2 copies
    those of a cursor.
    """
    if IS_DUCKDB_1:
        return run(con, name, **values).to_arrow_table()
    return con.sql(text(name), params=values or None).to_arrow_table()


def batches(
    con: duckdb.DuckDBPyConnection, name: str, **values: object
) -> "pa.RecordBatchReader":
    """Return the rows of a query as Arrow batches; they are never all there."""
    if IS_DUCKDB_1:
        return run(con, name, **values).to_arrow_reader(BATCH_ROWS)
    return con.sql(text(name), params=values or None).to_arrow_reader(BATCH_ROWS)


def rows(
    con: duckdb.DuckDBPyConnection, name: str, **values: object
) -> list[dict[str, Any]]:
    """Return the rows of a query by column name."""
    return named(run(con, name, **values))


def named(result: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return the rows of a result by column name."""
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
