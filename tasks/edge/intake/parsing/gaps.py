"""Refuse a bill with a charge that no later stage could place."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from tasks.core.errors import BadValue
from tasks.core.intake.formats.declaration import Format
from tasks.edge.intake.parsing import defects
from tasks.edge.intake.parsing.exports import Export

Connection = duckdb.DuckDBPyConnection

# Charges begin at most so many years before their bill: 0001 stands for nothing, and a
# date in another order is read as one of the first century. Those that begin too late
# are loaded and told, see sql/macros/credible_date.sql.
YEARS = 10


def refuse(con: Connection, export: Export, staged: Path, summed: Path) -> None:
    """Refuse a bill with a charge that lacks its cost, its category or its time.

    Args:
        con: A connection with the macros of ``tasks.edge.mapping.focus``.
        export: What the file is.
        staged: The file in the shape of the lake.
        summed: Its sums.

    Raises:
        BadValue: It names the first such row, and the column.
    """
    for column, where in _gaps(export.format).items():
        # Exports have few different times, and their sums have them all.
        place = summed if column == export.format.start else staged
        if _is_there(con, where, [place]):
            _refuse(con, export, staged, column, where)


def exist(
    con: Connection, kind: Format, staged: Sequence[Path], summed: Sequence[Path]
) -> bool:
    """Whether any of several files has such a charge."""
    return any(
        _is_there(con, where, summed if column == kind.start else staged)
        for column, where in _gaps(kind).items()
    )


def _gaps(kind: Format) -> dict[str, str]:
    """Return the condition of a charge that lacks a column, for each such column."""
    lacks = {column: _lacks(column) for column in kind.filled}
    lacks[kind.start] = (
        f"coalesce(year(instant({kind.start}))"
        f" < left({kind.period}::VARCHAR, 4)::INTEGER - {YEARS}, TRUE)"
    )
    # A row without a currency is no charge.
    return {
        column: f"{gap} AND known({kind.currency}) IS NOT NULL"
        for column, gap in lacks.items()
    }


def _lacks(column: str) -> str:
    """Return whether a column says nothing; only text may say that in words.

    Which it is DuckDB knows when it binds the query: it then makes no text of numbers,
    and asks a file's statistics whether it has to be read at all.
    """
    return (
        f"({column} IS NULL"
        f" OR (typeof({column}) = 'VARCHAR' AND known({column}) IS NULL))"
    )


def _is_there(con: Connection, where: str, places: Sequence[Path]) -> bool:
    return bool(
        con.execute(
            "SELECT 1 FROM read_parquet($places, union_by_name = TRUE)"
            f" WHERE {where} LIMIT 1",
            {"places": [str(place) for place in places]},
        ).fetchall()
    )


def _refuse(
    con: Connection, export: Export, staged: Path, column: str, gap: str
) -> None:
    """Name the first charge that lacks it."""
    rows = con.execute(
        f"SELECT row_number, {column}::VARCHAR FROM"
        " (SELECT row_number() OVER () AS row_number, * FROM read_parquet($staged))"
        f" WHERE {gap} ORDER BY row_number LIMIT 1",
        {"staged": str(staged)},
    ).fetchall()
    header = dict(zip(export.names, export.header, strict=True))[column]
    place = f"{export.file.name}, row {rows[0][0]}, column {header}"
    value = (rows[0][1] or "").strip()
    value = value and (defects.as_written(con, export, column, rows[0][0]) or value)
    if value and column == export.format.start:
        raise BadValue(
            f"{place}: {value[:60]!r} is not a time like 2026-11-05T13:00:00Z within"
            f" {YEARS} years of the bill; correct the export."
        )
    raise BadValue(f"{place}: there is no value; correct the export.")
