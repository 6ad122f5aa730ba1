"""Sums of the lines of lake files: what daily series are made from.

A file's sums are a small Parquet file beside it, in a folder that no pattern for bills
finds. They are written once, when the file arrives, and can always be written again.
Their columns are those of the file, so a mapping reads sums as it reads lines.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import duckdb

from tasks.core.intake import quick_sums
from tasks.core.intake.formats.declaration import Format
from tasks.core.intake.formats.recognition import BILLS
from tasks.core.intake.quick_sums import Column
from tasks.edge import queries
from tasks.edge.focus import Bill

Connection = duckdb.DuckDBPyConnection

FOLDER = ".sums"
LINES = "lines_being_summed"
QUICK = "quickly_summed"
# The empty table of what may be missing in the formats that are summed quickly.
ALL_COLUMNS = "raw.aws_cur"
# A file's own columns: which bills it is of stands elsewhere, for it may be of several.
OWN = "COLUMNS(lambda name: name NOT IN ('source', 'version'))"


def beside(file: Path) -> Path:
    """Return where the sums of a lake file lie."""
    return file.parent / FOLDER / file.name


def rename(file: Path, to: Path) -> None:
    """Let the sums of a file follow it to its new place."""
    target = beside(to)
    target.parent.mkdir(exist_ok=True)
    beside(file).rename(target)


def forget(file: Path) -> None:
    """Remove the sums of a lake file that is about to change."""
    beside(file).unlink(missing_ok=True)


def ensure(con: Connection, kind: Format, file: Path) -> Path:
    """Return where the sums of a lake file lie, and write them if they are missing."""
    return keep(file, lambda target: write(con, kind, file, target))


def keep(file: Path, make: Callable[[Path], None]) -> Path:
    """Return where the sums of a lake file lie, and let them be made if need be.

    Args:
        file: The file.
        make: Writes the sums to a path; whole or not at all they take their place.
    """
    target = beside(file)
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        make(fresh)
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.rename(target)
    return target


def of_bills(con: Connection, bills: Iterable[Bill]) -> str:
    """Return a query for the FOCUS rows of some bills, summed as far as days need.

    Each row stands for ``x_ChargeCount`` charges, and only columns that
    ``series/charge_groups`` reads are filled. It is many times faster than the rows
    themselves, because sums are mapped instead. Sums that are missing are written.
    """
    owners: dict[str, list[tuple[str, Bill]]] = defaultdict(list)
    for bill in bills:
        kind = BILLS[bill.source_format]
        for file in bill.files:
            owners[kind.mapping].append((str(ensure(con, kind, Path(file))), bill))
    if not owners:
        return "FROM focus.charges"
    steps = ",\n".join(
        f"summed_{number} AS MATERIALIZED ({_owned(parts)})"
        for number, parts in enumerate(owners.values())
    )
    mapped = "\nUNION ALL BY NAME\n".join(
        f"FROM {mapping}('summed_{number}')" for number, mapping in enumerate(owners)
    )
    return f"WITH {steps}\n{mapped}"


def _owned(parts: list[tuple[str, Bill]]) -> str:
    """Return the query for the sums of some files, each with the bills it is of."""
    owners = ", ".join(
        f"({', '.join(map(queries.literal, (path, bill.source, bill.bill_id)))})"
        for path, bill in parts
    )
    files = queries.literal(sorted({path for path, _ in parts}))
    # Sums of nothing but usage have few columns; mappings name all that may be missing.
    is_quick = any(BILLS[bill.source_format].is_quick for _, bill in parts)
    return (
        (f"FROM {ALL_COLUMNS} UNION ALL BY NAME " if is_quick else "")
        + "SELECT sums.* EXCLUDE (filename), owners.source, owners.version"
        f" FROM read_parquet({files}, union_by_name = TRUE, filename = TRUE,"
        " hive_partitioning = FALSE) AS sums"
        f" INNER JOIN (VALUES {owners}) AS owners (filename, source, version)"
        " ON sums.filename = owners.filename"
    )


def write(con: Connection, kind: Format, file: Path, target: Path) -> None:
    """Sum the lines of a lake file.

    Args:
        con: A connection with the macros of ``tasks.edge.focus``.
        kind: Format of the file.
        file: The file.
        target: Where the sums go.

    Raises:
        duckdb.Error: The file is damaged.
    """
    query = _quick(con, kind, file) or _general(con, kind, file)
    con.execute(
        f"COPY (SELECT {OWN} FROM ({query}))"
        " TO $target (FORMAT parquet, COMPRESSION zstd)",
        {"target": str(target)},
    )


def _general(con: Connection, kind: Format, file: Path, where: str = "") -> str:
    """Return the query that sums any file of the format."""
    exported = f"{kind.family}_exported({queries.literal([str(file)])}) {where}"
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {LINES} AS"
        f" SELECT {OWN}, '' AS source, '' AS version FROM {exported}"
    )
    return f"FROM {kind.family}_summed('{LINES}')"


def _quick(con: Connection, kind: Format, file: Path) -> str | None:
    """Return the quick query for a file, or None if it may not be exact for it."""
    if not kind.is_quick:
        return None
    columns = statistics(con, file)
    if not quick_sums.is_summable(columns):
        return None
    integers: list[str] = []
    while True:
        _sum(con, file, columns, integers)
        spans_days, large = _doubts(con, columns, integers)
        if spans_days or not quick_sums.as_integers(columns, large):
            return None
        if not large:
            break
        integers += large
    quick = quick_sums.lines(columns, QUICK, integers)
    others = [
        row[0] for row in con.execute(quick_sums.others(columns, QUICK)).fetchall()
    ]
    if not others:
        return quick
    rest = _general(con, kind, file, f"WHERE {_any_of(others)}")
    return f"{quick}\nUNION ALL BY NAME\n{rest}"


def _sum(
    con: Connection, file: Path, columns: Mapping[str, Column], integers: list[str]
) -> None:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {QUICK} AS\n"
        + quick_sums.query(columns, integers),
        {"file": str(file)},
    )


def _doubts(
    con: Connection, columns: Mapping[str, Column], integers: list[str]
) -> tuple[bool, list[str]]:
    """Return whether lines span days, and the amounts of which a sum is too large."""
    cursor = con.execute(quick_sums.doubts(columns, QUICK, integers))
    names = [column[0] for column in cursor.description or ()]
    row = cursor.fetchall()[0]
    told = [name for name, is_doubtful in zip(names, row, strict=True) if is_doubtful]
    return "spans_days" in told, [name for name in told if name != "spans_days"]


def _any_of(line_types: list[str | None]) -> str:
    """Return a condition that DuckDB can decide on a column's dictionary."""
    named = [queries.literal(word) for word in line_types if word is not None]
    conditions = [f"line_item_line_item_type IN ({', '.join(named)})"] if named else []
    if None in line_types:
        conditions.append("line_item_line_item_type IS NULL")
    return " OR ".join(conditions)


def statistics(con: Connection, file: Path) -> dict[str, Column]:
    """Return what a file says of its columns, by name."""
    types = con.execute(
        "DESCRIBE FROM read_parquet($file)", {"file": str(file)}
    ).fetchall()
    told = {
        row[0]: row[1:]
        for row in queries.run(con, "focus/file_statistics", file=str(file)).fetchall()
    }
    return {row[0]: Column(row[1], *told.get(row[0], ())) for row in types}
