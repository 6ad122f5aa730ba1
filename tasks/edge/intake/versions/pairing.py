"""Bring actual and amortised exports of one account's month together to one bill.

A bill in the lake holds the lines of both exports, each once, and the digests of the
exports that its costs come from. So either half can be taken out of it again, when a
newer export of the other kind arrives.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from tasks.core.errors import TotalMismatch
from tasks.core.intake.deliveries import digest_of
from tasks.core.intake.formats.azure import ACTUAL_ONLY, AMORTISED_ONLY, AZURE
from tasks.core.intake.pairing import Pair, View, arrive
from tasks.core.intake.versions import is_apart
from tasks.edge.costs import sums
from tasks.edge.database import queries, warehouse
from tasks.edge.intake.lake import Lake
from tasks.edge.intake.parsing import spans, staging
from tasks.edge.intake.versions import chain, register
from tasks.edge.intake.versions.chain import OF_BILL
from tasks.edge.intake.versions.register import Bill

VIEWS: tuple[View, View] = ("actual", "amortised")

_FORMATS = {
    (True, True): AZURE.name,
    (True, False): ACTUAL_ONLY.name,
    (False, True): AMORTISED_ONLY.name,
}

# The bills of one account's month that hold such costs, oldest knowledge first. Each is
# what a version brought itself or brings back; it may consist of bills of other
# subscriptions as well.
_KNOWN = f"""
    WITH known AS (
        SELECT
            version,
            coalesce(known_at, loaded_at) AS known_at,
            unnest(if(own.restores IS NULL, [bill_id], parts)) AS owner
        FROM bills.versions AS versions
        INNER JOIN bills.parts AS own USING (bill_id)
        WHERE {OF_BILL} AND list_contains($formats, source_format)
            AND versions.withdrawn_at IS NULL
    )
    SELECT files, known_at, sub_accounts, first_date, last_date
    FROM known
    INNER JOIN bills.parts AS brought ON brought.bill_id = owner
    WHERE len(files) > 0
    ORDER BY known_at, version
"""


@dataclass(frozen=True, slots=True)
class _Half:
    """One export: where its lines are, and the query that takes them out."""

    files: list[str]
    query: str

    def relation(self) -> str:
        """Return the query with its files, as the text of a common table."""
        text = queries.text(self.query)
        return text.replace("$files", queries.literal(self.files))


def paired(
    con: staging.Connection, house: warehouse.Connection, store: Lake, bills: list[Bill]
) -> list[Bill]:
    """Return the bills of a delivery, those of one cost as the bills they give.

    Args:
        con: A connection that reads exports.
        house: The warehouse.
        store: The lake.
        bills: Bills of one delivery that wait to be registered.

    Raises:
        TotalMismatch: A bill does not sum to its exports; nobody has seen this yet.
    """
    made: list[Bill] = []
    for bill in bills:
        known = chain.find(house, bill.key, bill.digests, bill.known_at)
        if bill.cost_view is None or known:
            made.append(bill)
        else:
            made += _arrived(con, house, store, bill, made)
    return made


def _arrived(
    con: staging.Connection,
    house: warehouse.Connection,
    store: Lake,
    bill: Bill,
    made: Sequence[Bill],
) -> Iterator[Bill]:
    """Yield the bills that one export gives with the others that are known."""
    waiting = [
        one
        for one in made
        if one.prefix == bill.prefix
        and one.withdrawn_at is None
        and not is_apart(one.sub_accounts, bill.sub_accounts)
        and _meet(bill, *spans.of(one.totals, one.days))
    ]
    pairs, halves = _known(con, house, store, bill, waiting)
    view: View = "amortised" if bill.cost_view == "amortised" else "actual"
    halves[view, bill.digest] = _Half(_parquet(bill.folder), "raw/azure_export")
    added = arrive(pairs, view, bill.digest, bill.known_at)
    if bill.withdrawn_at is not None:
        added = added[:1]
    for number, pair in enumerate(added):
        folder = bill.folder.with_name(f"{bill.folder.name}-{number}")
        folder.mkdir()
        target = folder / "part-00000.parquet"
        _write(con, pair, halves, target)
        summed = sums.ensure(con, AZURE, target)
        name = "raw/azure_paired_totals"
        totals = staging.totals_of(con, name, {target: summed})[target]
        _check(bill, view, totals)
        digest = _digest(pair) if number else bill.digest
        yield replace(
            bill,
            folder=folder,
            source_format=_FORMATS[bool(pair.actual), bool(pair.amortised)],
            known_at=pair.known_at,
            digest=digest,
            digests=(digest,) if number else bill.digests,
            totals=tuple(totals),
        )


def _known(
    con: staging.Connection,
    house: warehouse.Connection,
    store: Lake,
    bill: Bill,
    waiting: Iterable[Bill],
) -> tuple[list[Pair], dict[tuple[View, str], _Half]]:
    """Return the pairs so far, and where the lines of each export of them are."""
    rows: list[tuple[list[str], datetime]] = [
        ([str(store.root.resolve() / file) for file in files], known_at)
        for files, known_at, about, first, last in house.execute(
            _KNOWN,
            {"formats": list(_FORMATS.values()), **asdict(bill.key)},
        ).fetchall()
        if not is_apart(about or (), bill.sub_accounts) and _meet(bill, first, last)
    ]
    rows += [(_parquet(one.folder), one.known_at) for one in waiting]
    pairs, halves = [], {}
    for files, known_at in sorted(rows, key=lambda row: row[1]):
        digests = con.execute(
            "SELECT any_value(ActualExport), any_value(AmortisedExport)"
            " FROM read_parquet($files)",
            {"files": files},
        ).fetchall()[0]
        pairs.append(Pair(known_at, *digests))
        for view, digest in zip(VIEWS, digests, strict=True):
            if digest:
                halves[view, digest] = _Half(files, f"raw/azure_{view}_half")
    return pairs, halves


def _meet(bill: Bill, first: str, last: str) -> bool:
    """Whether an export of one of several spans of days, as of a week, holds others."""
    if register.series_of(bill) is None:
        return True
    mine = spans.of(bill.totals, bill.days)
    return first <= mine[1] and mine[0] <= last


def _write(
    con: staging.Connection,
    pair: Pair,
    halves: dict[tuple[View, str], _Half],
    target: Path,
) -> None:
    """Write the lines of a pair; a half that is not known is an empty one."""
    digests = {"actual": pair.actual, "amortised": pair.amortised}
    known = {
        view: halves[view, digest].relation()
        for view, digest in digests.items()
        if digest and (view in VIEWS)
    }
    nothing = f"SELECT * FROM ({next(iter(known.values()))}) LIMIT 0"
    relations = ", ".join(
        f"{view}_half AS ({known.get(view, nothing)})" for view in VIEWS
    )
    named = ", ".join(
        queries.literal(text)
        for text in (
            "actual_half",
            "amortised_half",
            pair.actual or "",
            pair.amortised or "",
        )
    )
    con.execute(
        f"COPY (WITH {relations} FROM raw.azure_paired({named}))"
        " TO $target (FORMAT parquet, COMPRESSION zstd)",
        {"target": str(target)},
    )


def _check(bill: Bill, view: View, totals: Sequence[staging.Total]) -> None:
    """Hold a bill against the export that it was made of."""
    stated, found = (
        register.sums(one) for one in (bill, replace(bill, totals=tuple(totals)))
    )
    column = 2 if view == "actual" else 3
    wanted = {row[0]: row[column] for row in stated if row[column]}
    if wanted != {row[0]: row[column] for row in found if row[column]}:
        raise TotalMismatch(
            f"{bill.origin[0]} does not add up with its counterpart: ingest both again."
        )


def _digest(pair: Pair) -> str:
    """Return what a bill is told by that follows from a late export."""
    return digest_of(
        {pair.actual or "", pair.amortised or "", pair.known_at.isoformat()}
    )


def _parquet(folder: Path) -> list[str]:
    return sorted(str(file) for file in folder.glob("*.parquet"))
