"""Ask a file whether days come before months in its dates."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from tasks.core.errors import BadValue
from tasks.core.intake.day_order import is_day_first, month_of
from tasks.edge.database import queries
from tasks.edge.intake.parsing import reading
from tasks.edge.intake.parsing.exports import Export

# A file of many days tells in its first lines; one of few is read to its end.
FIRST_ABOVE = """
    SELECT name, one, other, value, number
    FROM pairs WHERE greatest(one, other) > 12 LIMIT 1
"""
ALL = """
    SELECT name, one, other, arg_min(value, number), min(number)
    FROM pairs GROUP BY ALL
"""


def told(con: duckdb.DuckDBPyConnection, export: Export, month: str | None) -> Export:
    """Return an export with the order in which it writes days and months.

    It stays open where the first line writes years first; ``settled`` then asks again.

    Args:
        con: A connection that reads exports.
        export: What the file is.
        month: The month that it is about, ``YYYY-MM``, where its manifest says so.

    Raises:
        BadValue: Its dates can be read either way, and nothing tells which, or some
            tell one and some the other.
    """
    written = _written(export)
    if not written:
        return export
    if _is_iso(con, export, written):
        return replace(export, is_day_first=None)
    return _ordered(con, export, written, month)


def settled(
    con: duckdb.DuckDBPyConnection, export: Export, staged: Path, month: str | None
) -> Export:
    """Return an export with the order of its dates, after all of it was read.

    Args:
        con: A connection that reads exports.
        export: What the file is.
        staged: Where it lies in the shape of the lake.
        month: As for ``told``.

    Returns:
        The same where no time is written in another way than years first; any other
        has to be staged again.

    Raises:
        BadValue: As ``told``.
    """
    written = _written(export)
    if export.is_day_first is not None or not written:
        return export
    least = ", ".join(f"min({queries.identifier(name)})" for name in written)
    values = con.execute(
        f"SELECT {least} FROM read_parquet($staged)", {"staged": str(staged)}
    ).fetchall()[0]
    if not any(value and value.startswith(reading.HELD) for value in values):
        return export
    return _ordered(con, replace(export, is_day_first=False), written, month)


def _ordered(
    con: duckdb.DuckDBPyConnection,
    export: Export,
    written: Mapping[str, str],
    month: str | None,
) -> Export:
    found = _found(con, export, written, FIRST_ABOVE)
    found = found or _found(con, export, written, ALL)
    if not found:
        return export
    begins = [row[1:3] for row in found if row[0] == export.format.begins]
    days = [row[1:3] for row in found if row[0] != export.format.begins]
    month = month or month_of(export.file.name)
    # A program that writes semicolons follows its country's ways, not the publisher's.
    usual = export.format.is_day_first if export.delimiter == "," else None
    on_firsts = export.format.times.get(export.format.begins) == "iso_period"
    order = is_day_first(days, begins, month, otherwise=usual, on_firsts=on_firsts)
    if order is None:
        name, *_, value, row = min(found, key=lambda one: int(one[-1]))
        header = dict(zip(export.names, export.header, strict=True))[name]
        raise BadValue(
            f"{export.file.name}, row {row}, column {header}: {value!r} may mean either"
            " of two days, and no date of the file tells whether its day or its month"
            " comes first; export days like 2026-06-05."
        )
    return replace(export, is_day_first=order)


def _is_iso(
    con: duckdb.DuckDBPyConnection, export: Export, written: Mapping[str, str]
) -> bool:
    """Whether the first line writes all times years first, as most exports do."""
    texts = ", ".join(written.values())
    first = con.execute(
        f"SELECT {texts} FROM {reading.reader(export)} LIMIT 1", reading.values(export)
    ).fetchall()
    return all((text or "20").strip().startswith("20") for row in first for text in row)


def _found(
    con: duckdb.DuckDBPyConnection,
    export: Export,
    written: Mapping[str, str],
    pairs: str,
) -> list[tuple[Any, ...]]:
    """Return the columns, both numbers, the text and the row of some dates."""
    cells = ", ".join(
        f"{{'name': {queries.literal(name)}, 'value': {text}}}"
        for name, text in written.items()
    )
    row = "row_number() OVER ()" if pairs == ALL else "0"
    return con.execute(
        "WITH cells AS ("
        f"SELECT {row} AS number, unnest([{cells}]) AS cell"
        f" FROM {reading.reader(export)}"
        "), pairs AS ("
        "SELECT cell['name'] AS name, number, cell['value'] AS value,"
        f" regexp_extract(value, '{reading.PAIR}', 1)::INTEGER AS one,"
        f" regexp_extract(value, '{reading.PAIR}', 2)::INTEGER AS other"
        f" FROM cells WHERE regexp_matches(cell['value'], '{reading.PAIR}')"
        f") {pairs}",
        reading.values(export),
    ).fetchall()


def _written(export: Export) -> dict[str, str]:
    """Return the columns of times that are text, and how they are read."""
    columns = zip(export.names, reading.positions(export), strict=True)
    return {
        name: f"({reading.plain(export, source, name)})::VARCHAR"
        for name, source in columns
        if name in export.format.times and reading.is_text(export, name)
    }
