"""Refuse text in a country's own way of writing that can be read in two ways.

Programs that separate values by semicolons mostly write decimal commas. One file writes
its numbers in one way, so a comma is a decimal one as long as no number has a point.
"""

import duckdb

from tasks.core.errors import BadValue
from tasks.edge.intake.parsing import reading
from tasks.edge.intake.parsing.exports import Export


def refuse(con: duckdb.DuckDBPyConnection, export: Export) -> None:
    """Refuse a file without commas between values, some of which may mean two things.

    Args:
        con: A connection that reads CSV.
        export: What the file is.

    Raises:
        BadValue: Some numbers have a comma and some a point.
    """
    if export.columns is not None or export.delimiter == ",":
        return
    columns = dict(zip(export.names, reading.positions(export), strict=True))
    numbers = [columns[name] for name in columns if name in export.format.numbers]
    row = con.execute(
        f"SELECT {_any(numbers, ',')}, {_any(numbers, '.')}"
        f" FROM {reading.reader(export)}",
        reading.values(export),
    ).fetchall()
    has_commas, has_points = row[0]
    if has_commas and has_points:
        raise BadValue(
            f"{export.file.name} has numbers with commas and numbers with points, and"
            " is not separated by commas: export it with commas between the values and"
            " points in the numbers."
        )


def _any(columns: list[str], sign: str) -> str:
    found = " OR ".join(f"contains({column}, '{sign}')" for column in columns)
    return f"coalesce(bool_or({found or 'FALSE'}), FALSE)"
