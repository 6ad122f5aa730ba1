"""Say what is wrong with an export: one sentence with a place and a remedy."""

import re
import unicodedata
from pathlib import Path

import duckdb

from tasks.core.errors import BadValue, BillError, ServiceError, UnreadableFile
from tasks.edge.database import queries
from tasks.edge.intake.parsing import reading
from tasks.edge.intake.parsing.exports import Export

Connection = duckdb.DuckDBPyConnection


def bad_number(con: Connection, export: Export, error: duckdb.Error) -> BillError:
    """Find the first value that is no number, and say where it is."""
    sources = zip(reading.positions(export), export.header, export.names, strict=True)
    suspects = [item for item in sources if item[2] in export.format.numbers]
    found = []
    for source, header, name in suspects:
        text = f"({reading.plain(export, source, name)})::VARCHAR"
        if export.types and reading.typed(export, source, name) == source:
            continue
        rows = con.execute(
            f"SELECT position, value FROM (SELECT row_number() OVER () AS position,"
            f" {text} AS value FROM {reading.reader(export)})"
            " WHERE value <> 'None' AND try(number(value)) IS NULL"
            " ORDER BY position LIMIT 1",
            reading.values(export),
        ).fetchall()
        found += [(position, header, value) for position, value in rows]
    return _first(export, found, error)


def no_month(con: Connection, export: Export, staged: Path, period: str) -> BillError:
    """Name the first row of a staged file whose billing month cannot be told."""
    form = export.format
    column = form.period if form.period in export.names else form.start
    rows = con.execute(
        f"SELECT number, {queries.identifier(column)}::VARCHAR FROM (SELECT"
        " row_number() OVER () AS number, * FROM read_parquet($staged))"
        f" WHERE coalesce(left({queries.identifier(form.period)}::VARCHAR, 7), '')"
        " = $period ORDER BY number LIMIT 1",
        {"staged": str(staged), "period": period},
    ).fetchall()
    row, value = rows[0]
    header = dict(zip(export.names, export.header, strict=True))[column]
    value = as_written(con, export, column, row) or value or "nothing"
    return BadValue(
        f"{export.file.name}, row {row}, column {header}: {value[:60]!r} names no month"
        " as 2026-11 or 2026-11-05 do; correct the export."
    )


def as_written(con: Connection, export: Export, column: str, row: int) -> str:
    """Return the text of a cell as the file has it, by the lake's name of a column.

    Returns:
        Nothing where the file was unpacked to be read, and what was unpacked is gone.
    """
    if not export.readable.exists():
        return ""
    places = dict(zip(export.names, reading.positions(export), strict=True))
    found = con.execute(
        f"SELECT value FROM (SELECT row_number() OVER () AS number,"
        f" ({places[column]})::VARCHAR AS value FROM {reading.reader(export)})"
        f" WHERE number = {row:d}",
        reading.values(export),
    ).fetchall()
    return (found[0][0] or "").strip() if found else ""


def no_number(
    con: Connection, export: Export, staged: Path, error: duckdb.Error
) -> BillError:
    """Find the first float of a staged file that is infinite or NaN, if that is it."""
    if not isinstance(error, duckdb.ConversionException):
        return explain(export, error)
    columns = con.execute(
        "DESCRIBE FROM read_parquet($staged)", {"staged": str(staged)}
    ).fetchall()
    headers = dict(zip(export.names, export.header, strict=True))
    found = []
    for name, kind in (column[:2] for column in columns):
        if name not in export.format.numbers or kind not in {"DOUBLE", "FLOAT"}:
            continue
        rows = con.execute(
            "SELECT position, value::VARCHAR FROM (SELECT row_number() OVER () AS"
            f" position, {queries.identifier(name)} AS value"
            " FROM read_parquet($staged)) WHERE NOT isfinite(value)"
            " ORDER BY position LIMIT 1",
            {"staged": str(staged)},
        ).fetchall()
        found += [
            (position, headers.get(name, name), value) for position, value in rows
        ]
    return _first(export, found, error)


def _first(
    export: Export, found: list[tuple[int, str, str]], error: duckdb.Error
) -> BillError:
    """Name the first of some bad values; where there is none it was something else."""
    if not found:
        return explain(export, error)
    position, header, value = min(found)
    return BadValue(
        f"{export.file.name}, row {position}, column {header}:"
        f" {value[:60]!r} {_flaw(value)}; correct the export."
    )


def _flaw(value: str) -> str:
    """Say why a text is no number that can be kept."""
    if re.fullmatch(r"\s*[-+]?\d+(\.\d*)?([eE][-+]?\d+)?\s*", value):
        return "has more than 20 digits before the point"
    if any(unicodedata.category(sign) == "Sc" for sign in value):
        return "is not a number like 1234.5, without currency signs or commas"
    if "," in value:
        return "is not a number like 1234.5, without commas"
    return "is not a number like 1234.5"


def explain(export: Export, error: duckdb.Error) -> BillError:
    """Turn DuckDB's words about a file into an error of ours.

    Raises:
        ServiceError: It is not the file's fault: the disk or the memory is full.
    """
    name, text = export.file.name, str(error)
    if isinstance(error, duckdb.OutOfMemoryException) or "No space left" in text:
        raise ServiceError(
            f"There was no room to convert {name}: {text.splitlines()[0]}"
        ) from error
    first_line = text.splitlines()[0]
    found = re.search(r"(?:CSV Error on Line: |JSON .* in line )(\d+)", text)
    place = f"{name}, line {found[1]}" if found else name
    widths = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if widths:
        return UnreadableFile(
            f"{place}: {widths[2]} values where the header names {widths[1]} columns;"
            " export it again."
        )
    if "unicode" in text:
        return UnreadableFile(f"{place}: not UTF-8 text; export it as UTF-8.")
    if found and "quote" in text:
        return UnreadableFile(
            f"{place}: a quotation mark is never closed; export it again."
        )
    if "state machine" in text:
        return UnreadableFile(
            f"{place}: its lines do not all end alike, or a quotation mark stands"
            " within a value; export it again."
        )
    if isinstance(error, duckdb.ConversionException | duckdb.OutOfRangeException):
        return BadValue(
            f"{place}: a value does not fit its column ({first_line});"
            " correct the export."
        )
    return UnreadableFile(f"{place} cannot be read ({first_line}): fetch it again.")
