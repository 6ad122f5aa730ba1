"""Tables that only grow: which rows of an export are new, and where they belong.

Google's billing table and Oracle's reports are never rewritten: a correction is a row
more. An export of them may hold everything so far, or only what came since, and a row
may be in several exports. It is the same row if all columns are equal that both files
have; a row that a file has twice is there twice. So it does not matter how an export
was cut: what is known already is left out, and what remains is a part of the bill.

An export that holds all that is known takes its place as a whole, any other adds to it.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from tasks.core.intake.deliveries import digest_of
from tasks.edge.database import queries, warehouse
from tasks.edge.intake import assembly
from tasks.edge.intake.lake import Lake
from tasks.edge.intake.landing import Staged
from tasks.edge.intake.parsing.exports import Export
from tasks.edge.intake.shipping import Delivery
from tasks.edge.intake.versions import overlaps, register
from tasks.edge.intake.versions.google_kinds import KINDS, agree
from tasks.edge.intake.versions.passing import Earlier, earlier, meanwhile, own, until
from tasks.edge.intake.versions.register import Bill
from tasks.edge.intake.versions.row_differences import Difference, compare, names

Connection = duckdb.DuckDBPyConnection


def assembled(
    con: Connection,
    staged: Sequence[Staged],
    delivery: Delivery,
    work: Path,
    *,
    source: str | None,
    known_at: datetime | None,
) -> list[tuple[list[Bill], Export]]:
    """Return the bills of each export in a delivery, in the order of knowledge."""
    found = []
    for group in _exports(con, staged, delivery):
        export = group[0].export
        folder = Path(tempfile.mkdtemp(dir=work))
        bills = assembly.bills(
            con, group, delivery, folder, source=source, known_at=known_at
        )
        if known_at is None and export.format.stamp:
            bills = [
                replace(bill, known_at=_newest(con, bill, export)) for bill in bills
            ]
        found.append((bills, export))
    return sorted(found, key=lambda item: max(bill.known_at for bill in item[0]))


def _exports(
    con: Connection, staged: Sequence[Staged], delivery: Delivery
) -> list[list[Staged]]:
    """Return the files of each export in a delivery."""
    groups = [
        [part for part in staged if part.export.file in files]
        for files in delivery.groups([part.export.file for part in staged])
    ]
    if delivery.manifest:
        return groups
    return [one for group in groups for one in overlaps.divide(con, group)]


def add(
    warehouse_con: warehouse.Connection,
    con: Connection,
    store: Lake,
    bills: Sequence[Bill],
    export: Export,
) -> int:
    """Register what is new in the bills of one export; return how many bills that is.

    Args:
        warehouse_con: The warehouse.
        con: A connection that reads exports.
        store: The lake.
        bills: The bills as the export has them.
        export: What their files are.
    """
    placed = [
        one
        for bill in bills
        for one in place(con, earlier(warehouse_con, store, bill), bill, export)
    ]
    return register.add(
        warehouse_con,
        store,
        [bill for bill in placed if isinstance(bill, Bill)],
        bills[0].digest,
        [bill_id for bill_id in placed if isinstance(bill_id, str)],
    )


def _newest(con: Connection, bill: Bill, export: Export) -> datetime:
    newest = con.execute(
        f"SELECT max(instant({queries.identifier(export.format.stamp)}))"
        " FROM read_parquet($files, union_by_name = TRUE)",
        {"files": names(bill.folder.iterdir())},
    ).fetchall()[0][0]
    return datetime.replace(newest, tzinfo=UTC) if newest else bill.known_at


def place(
    con: Connection, known: Sequence[Earlier], bill: Bill, export: Export
) -> list[Bill | str]:
    """Leave out of a bill what is known already, and say where it belongs.

    Args:
        con: A connection that reads exports.
        known: Versions of the bill that were loaded before, in order.
        bill: The bill as the export has it.
        export: What its files are.

    Returns:
        The bill with its own rows only; or the key of a version that holds them all.
        Where later versions hold some of its rows and lack others, more bills that
        count until the next of these versions was known.
    """
    bill = replace(bill, digests=(digest_of(set(bill.digests)),), is_whole=True)
    versions = [one for one in known if one.withdrawn_at is None]
    if _is_of_one_table(con, versions, bill):
        bill = replace(bill, source_format=versions[-1].source_format)
    # Another table may tell the same costs with other columns.
    known = [one for one in known if one.source_format == bill.source_format]
    versions = [one for one in versions if one in known]
    if not versions:
        return [_first(bill)]
    before = [one for one in versions if one.known_at <= bill.known_at]
    after = versions[len(before) :]
    newest = versions[-1]
    found = compare(con, bill.folder, newest.files, export)
    if not after:
        return [_after(con, newest, bill, export, found)]
    if not found.fresh:
        held = _within(con, before, after[0], bill, export)
        is_new = isinstance(held, str) and (
            not before or compare(con, bill.folder, before[-1].files, export).fresh
        )
        passing = [until(con, before, after[0], bill, export)] if is_new else []
        return [held, *passing]
    adds = all(one.is_increment for one in after)
    if not found.shared and adds:
        found.path.unlink()
        return [_after(con, before[-1], bill, export) if before else _first(bill)]
    # Versions that came later were taken for all there is: they are not, so the rows
    # are added at the end.
    until_then = until(con, before, after[0], bill, export)
    since = [one for one in known if one.known_at > bill.known_at]
    between = meanwhile(con, since, bill, export)
    last = own(con, replace(bill, known_at=newest.known_at), export, found)
    return [last, until_then, *between]


def _first(bill: Bill) -> Bill:
    return replace(bill, is_increment=True)


def _after(
    con: Connection,
    version: Earlier,
    bill: Bill,
    export: Export,
    found: Difference | None = None,
) -> Bill | str:
    """Put a bill behind the version before it.

    Of versions known from one moment, those that add come last: so must this one.
    """
    found = found or compare(con, bill.folder, version.files, export)
    if not found.fresh:
        return version.bill_id
    if not found.missing and version.known_at < bill.known_at:
        found.path.unlink()
        return bill
    return own(con, bill, export, found)


def _within(
    con: Connection,
    before: Sequence[Earlier],
    later: Earlier,
    bill: Bill,
    export: Export,
) -> Bill | str:
    """Put a bill before one that holds its rows, so that the past is shown too."""
    held = compare(con, bill.folder, later.files, export)
    if held.fresh or (before and later.is_increment):
        return later.bill_id
    held.path.unlink()
    if before:
        return _after(con, before[-1], bill, export)
    return replace(_first(bill), held_by=later.bill_id)


def _is_of_one_table(con: Connection, versions: Sequence[Earlier], bill: Bill) -> bool:
    """Whether a bill may be from the other table that its versions are from."""
    if not versions or versions[-1].source_format == bill.source_format:
        return False
    if not {bill.source_format, *(one.source_format for one in versions)} <= KINDS:
        return False
    if len({one.source_format for one in versions}) > 1:
        return False
    return agree(con, names(bill.folder.iterdir()), names(versions[-1].files))
