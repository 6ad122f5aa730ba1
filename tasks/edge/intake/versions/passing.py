"""What a growing table's bill was, from one version of it until the next one came.

An export that arrives after later ones has rows that these lack, or hold themselves. So
that the past is shown too, copies of it count for a time.
"""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import duckdb

from tasks.core.intake.deliveries import digest_of
from tasks.edge.costs import sums
from tasks.edge.database import queries, warehouse
from tasks.edge.intake.lake import Lake
from tasks.edge.intake.parsing import staging
from tasks.edge.intake.parsing.exports import Export
from tasks.edge.intake.versions.register import Bill
from tasks.edge.intake.versions.row_differences import FRESH, Difference, compare, names

Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Earlier:
    """A version of the same bill that was loaded before.

    Attributes:
        bill_id: Its key.
        source_format: Format of its files.
        known_at: When it became known.
        files: All its files, absolute.
        is_increment: Whether it adds to the one before.
        withdrawn_at: Until when it counted, if it does no more.
    """

    bill_id: str
    source_format: str
    known_at: datetime
    files: tuple[Path, ...]
    is_increment: bool
    withdrawn_at: datetime | None = None


def earlier(con: warehouse.Connection, store: Lake, bill: Bill) -> list[Earlier]:
    """Return the versions of a bill whose rows are kept, in the order of knowledge."""
    rows = con.execute(queries.text("ops/grown_versions"), asdict(bill.key)).fetchall()
    return [
        Earlier(
            bill_id=row[0],
            source_format=row[1],
            known_at=row[2],
            files=tuple(store.root / name for name in row[3]),
            is_increment=row[4],
            withdrawn_at=row[5],
        )
        for row in rows
    ]


def until(
    con: Connection,
    before: Sequence[Earlier],
    later: Earlier,
    bill: Bill,
    export: Export,
) -> Bill:
    """Return what was known with a bill, until a version that holds rows of it came.

    It adds to nothing, for what arrives even later may hold its rows as well.
    """
    piece = _piece(bill, later)
    if not before:
        return piece
    kept = compare(con, piece.folder, before[-1].files, export, is_turned=True)
    totals = (*piece.totals, *staging.measure(con, export, kept.path))
    return replace(piece, totals=totals)


def meanwhile(
    con: Connection, after: Sequence[Earlier], bill: Bill, export: Export
) -> list[Bill]:
    """Return what each of later versions lacked of a bill, until the next was known.

    Args:
        con: A connection that reads exports.
        after: The versions, those included that were withdrawn since.
        bill: The bill as the export has it.
        export: What its files are.
    """
    found = []
    for version, later in pairwise(after):
        end = min(later.known_at, version.withdrawn_at or later.known_at)
        if end <= version.known_at:
            continue
        piece = _piece(bill, version, later)
        piece = replace(piece, known_at=version.known_at, withdrawn_at=end)
        lacked = compare(con, piece.folder, version.files, export)
        if lacked.fresh:
            found.append(own(con, piece, export, lacked))
    return found


def _piece(bill: Bill, *around: Earlier) -> Bill:
    """Return a copy of a bill that counts no more once the last of these is known."""
    keys = [one.bill_id for one in around]
    digest = digest_of({bill.digest, *keys})
    folder = bill.folder.with_name("-".join([bill.folder.name, *keys]))
    folder.mkdir()
    for file in map(Path, names(bill.folder.iterdir())):
        if file.name != FRESH:
            os.link(file, folder / file.name)
    return replace(
        bill,
        folder=folder,
        digest=digest,
        digests=(digest,),
        withdrawn_at=around[-1].known_at,
    )


def own(con: Connection, bill: Bill, export: Export, found: Difference) -> Bill:
    """Keep nothing of a bill but the rows that are new, to add them."""
    for file in map(Path, names(bill.folder.iterdir())):
        sums.forget(file)
        if file != found.path:
            file.unlink()
    totals = staging.measure(con, export, found.path)
    return replace(bill, totals=totals, is_increment=True)
