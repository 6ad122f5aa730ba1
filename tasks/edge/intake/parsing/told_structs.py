"""Bills with nested columns that a CSV or a flat Parquet file has as text.

Programs that cannot nest write a whole struct into one cell: as JSON (TO_JSON_STRING,
other warehouses), or as Python shows it (pandas). Such a file is rewritten once with
structs, and read like one that has them.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from tasks.core.errors import UnreadableFile
from tasks.core.intake.formats.google import DETAILED
from tasks.edge.database import queries
from tasks.edge.intake.parsing import python_text

Connection = duckdb.DuckDBPyConnection

# Without these a Google billing export is of no use, and they lie within structs.
NEEDED = {"invoice", "service"}


def members() -> dict[str, list[str]]:
    """Return the columns that are structs, and the names of what is in them.

    Examples:
        >>> members()["invoice"]
        ['month', 'publisher_type']
    """
    found: dict[str, list[str]] = {}
    for column in DETAILED.columns:
        parent, dot, member = column.partition(".")
        if dot:
            found.setdefault(parent, []).append(member)
    return found


def are_in(header: Sequence[str]) -> bool:
    """Whether a file with these columns may have structs as text.

    Examples:
        >>> are_in(["service", "invoice", "cost"]), are_in(["service.id", "invoice"])
        (True, False)
    """
    return {name.strip().lower() for name in header} >= NEEDED


def opened(
    con: Connection, readable: Path, header: Sequence[str], table: str, target: Path
) -> Path:
    """Write the rows of such a file to one with structs, and return that.

    Args:
        con: A connection that writes Parquet.
        readable: The file, unpacked.
        header: Names of its columns.
        table: SQL that reads them as text, see ``csv_text.table``.
        target: The new file.

    Raises:
        UnreadableFile: A cell or a line cannot be read; the message lacks the file.
    """
    known = members()
    shown = ", ".join(
        f"{_read(f'c{position}', title.strip().lower(), known)} AS"
        f" {queries.identifier(title.strip() or f'column {position}')}"
        for position, title in enumerate(header)
    )
    try:
        con.execute(
            f"COPY (SELECT {shown} FROM {table}) TO $target (FORMAT parquet)",
            {
                "path": str(readable),
                "nulls": list(DETAILED.nulls),
                "target": str(target),
            },
        )
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        raise UnreadableFile(
            f"a cell with a nested column is no JSON ({reason}); export such"
            " columns with TO_JSON_STRING, or the whole table as JSON or Parquet."
        ) from error
    return target


def _read(source: str, name: str, known: Mapping[str, Sequence[str]]) -> str:
    if name not in known:
        return source
    kinds = {member: _fields(name, member) for member in known[name]}
    shape = {
        member: [dict.fromkeys(fields, "VARCHAR")] if fields else "VARCHAR"
        for member, fields in kinds.items()
    }
    typed = ", ".join(
        f"{queries.identifier(member)} {_type(fields)}"
        for member, fields in kinds.items()
    )
    return (
        f"CASE WHEN json_valid({source}) THEN json_transform({source},"
        f" {queries.literal(json.dumps(shape))})"
        f" ELSE CAST({python_text.mended(source)} AS STRUCT({typed})) END"
    )


def _fields(parent: str, member: str) -> Sequence[str]:
    return DETAILED.lists.get(f"{parent}_{member}", ())


def _type(fields: Sequence[str]) -> str:
    if not fields:
        return "VARCHAR"
    members = ", ".join(f"{queries.identifier(name)} VARCHAR" for name in fields)
    return f"STRUCT({members})[]"
