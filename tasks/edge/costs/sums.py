"""Sums of the lines of lake files: what daily series are made from.

A file's sums are a small Parquet file beside it, in a folder that no pattern for bills
finds. They are written once, when the file arrives, and can always be written again.
Their columns are those of the file, so a mapping reads sums as it reads lines.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import duckdb

from tasks.core.intake.formats.declaration import Format
from tasks.core.intake.formats.recognition import BILLS
from tasks.edge.costs import summing
from tasks.edge.database import queries
from tasks.edge.mapping.focus import Bill

Connection = duckdb.DuckDBPyConnection

FOLDER = ".sums"
# What the sums of a file mean. Raise it with every change of what the same lines give:
# sums of an older edition are then written again by whoever needs them.
EDITION = 2
# The empty table of what may be missing in the formats that are summed quickly.
ALL_COLUMNS = "raw.aws_cur"
# Files that are summed by one query; more would hold more groups in memory.
AT_ONCE = 16
# DuckDB divides a file among cores by its row groups, of which many files have no more
# than a few.
GENERALLY_AT_ONCE = 2


def beside(file: Path) -> Path:
    """Return where the sums of a lake file lie."""
    return file.parent / FOLDER / f"{file.stem}.{EDITION}{file.suffix}"


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
        _drop_older(file)
    return target


def _drop_older(file: Path) -> None:
    """Remove sums of a file that mean something else by now."""
    for edition in range(1, EDITION):
        # The first edition did not say so.
        name = file.name if edition == 1 else f"{file.stem}.{edition}{file.suffix}"
        (file.parent / FOLDER / name).unlink(missing_ok=True)


def prepare(con: Connection, kind: Format, files: Sequence[Path]) -> None:
    """Write the sums of new files that lie in one folder, many in one query.

    Quick sums are not forced to the disk here, so the files must not be in their place
    yet. Sums of a file that is damaged stay missing: whoever asks for them finds the
    same, and can say which file it is.
    """
    missing = [file for file in files if not beside(file).exists()]
    for start in range(0, len(missing), AT_ONCE):
        batch = missing[start : start + AT_ONCE]
        beside(batch[0]).parent.mkdir(exist_ok=True)
        with suppress(duckdb.Error):
            summing.write_quickly(con, kind, {file: beside(file) for file in batch})
    with ThreadPoolExecutor(GENERALLY_AT_ONCE) as pool:
        list(pool.map(partial(_try, con, kind), missing))


def _try(con: Connection, kind: Format, file: Path) -> None:
    with suppress(duckdb.Error), con.cursor() as own:
        own.execute("SET TimeZone = 'UTC'")
        ensure(own, kind, file)


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
    # Materialised, sums keep all columns and are mapped by one thread: 0.32 s instead
    # of 0.14 s for a month of ten million lines, though AWS's are then read twice.
    steps = ",\n".join(
        f"summed_{number} AS NOT MATERIALIZED ({_owned(parts)})"
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
        con: A connection with the macros of ``tasks.edge.mapping.focus``.
        kind: Format of the file.
        file: The file.
        target: Where the sums go.

    Raises:
        duckdb.Error: The file is damaged.
    """
    if target not in summing.write_quickly(con, kind, {file: target}):
        summing.write(con, kind, file, target)
