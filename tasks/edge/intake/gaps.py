"""Refuse a bill with a charge that no later stage could place."""

from pathlib import Path

import duckdb

from tasks.core.errors import BadValue
from tasks.edge import focus
from tasks.edge.intake.exports import Export

Connection = duckdb.DuckDBPyConnection

# Charges begin at most so many years before their bill: 0001 stands for nothing, and a
# date in another order is read as one of the first century. Those that begin too late
# are loaded and told, see sql/macros/credible_date.sql.
YEARS = 10

# They tell a value from what only stands for none; FOCUS rows are read by the same.
MACROS = ("known", "instant", "us_date")


def install(con: Connection) -> None:
    """Create the macros that ``refuse`` reads with."""
    for name in MACROS:
        con.execute(focus.scalar_macro(name))


def refuse(con: Connection, export: Export, staged: Path) -> None:
    """Refuse a bill with a charge that lacks its cost, its category or its time.

    Args:
        con: A connection with the macros.
        export: What the file is.
        staged: The file in the shape of the lake.

    Raises:
        BadValue: It names the first such row, and the column.
    """
    kind = export.format
    for column in kind.filled:
        _refuse(con, export, staged, column, f"known({column}) IS NULL")
    # Exports have few different times: asking each once is much faster.
    times = f"(SELECT DISTINCT {kind.start}, {kind.period} FROM read_parquet($staged))"
    lacks = (
        f"coalesce(year(instant({kind.start}))"
        f" < left({kind.period}::VARCHAR, 4)::INTEGER - {YEARS}, TRUE)"
    )
    if con.execute(
        f"SELECT 1 FROM {times} WHERE {lacks} LIMIT 1", {"staged": str(staged)}
    ).fetchall():
        _refuse(con, export, staged, kind.start, lacks)


def _refuse(
    con: Connection, export: Export, staged: Path, column: str, lacks: str
) -> None:
    """Name the first charge that lacks it; a row without a currency is none."""
    currency = f"known({export.format.currency})"
    values = {"staged": str(staged)}
    gap = f"{lacks} AND {currency} IS NOT NULL"
    if not con.execute(
        f"SELECT 1 FROM read_parquet($staged) WHERE {gap} LIMIT 1", values
    ).fetchall():
        return
    rows = con.execute(
        f"SELECT row_number, {column}::VARCHAR FROM"
        " (SELECT row_number() OVER () AS row_number, * FROM read_parquet($staged))"
        f" WHERE {gap} ORDER BY row_number LIMIT 1",
        values,
    ).fetchall()
    header = dict(zip(export.names, export.header, strict=True))[column]
    place = f"{export.file.name}, row {rows[0][0]}, column {header}"
    value = (rows[0][1] or "").strip()
    if value and column == export.format.start:
        raise BadValue(
            f"{place}: {value[:60]!r} is not a time like 2026-11-05T13:00:00Z within"
            f" {YEARS} years of the bill; correct the export."
        )
    raise BadValue(f"{place}: there is no value; correct the export.")
