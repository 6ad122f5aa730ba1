"""The register of bills: the versions, and which of them are current."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Context, Decimal
from pathlib import Path

from tasks.core.intake.deliveries import slug
from tasks.core.intake.formats.recognition import provider
from tasks.core.intake.naming import series
from tasks.edge.database import warehouse
from tasks.edge.database.warehouse import Connection
from tasks.edge.intake import lake
from tasks.edge.intake.lake import Lake
from tasks.edge.intake.parsing import spans
from tasks.edge.intake.parsing.staging import Total
from tasks.edge.intake.versions import chain, quarantine
from tasks.edge.intake.versions.chain import Key

# Python's own default of 28 digits would round what DECIMAL(38, 18) can hold.
EXACT = Context(prec=60)
# Names are needed of deliveries alone of which something was withdrawn.
KNOWN = """
    WITH gone AS (
        SELECT
            coalesce(list(bill_id), []) AS bill_ids,
            coalesce(list(bill_id) FILTER (source <> $source), []) AS elsewhere
        FROM bills.versions WHERE status = 'withdrawn'
    ),
    names AS (
        SELECT digest, flatten(list(parts.names)) AS names
        FROM gone
        INNER JOIN bills.deliveries AS deliveries
            ON list_has_any(deliveries.bill_ids, gone.bill_ids)
        INNER JOIN bills.parts AS parts
            ON list_contains(deliveries.bill_ids, parts.bill_id)
        GROUP BY digest
    )
    SELECT deliveries.digest, len(deliveries.bill_ids), names.names
    FROM bills.deliveries AS deliveries
    CROSS JOIN gone
    LEFT JOIN names ON deliveries.digest = names.digest
    WHERE len(deliveries.bill_ids) = 0
        OR NOT list_has_all(gone.elsewhere, deliveries.bill_ids)
"""
# The series of exports that a manifest says are about some days, whatever their names.
RUN = "#"


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill version that waits for its number.

    Attributes:
        folder: Where its files lie, ready to be moved into the lake.
        known_at: When it became known.
        digest: SHA-256 over the content of its export files.
        digests: Those of the single files.
        origin: Names of its export files as they came.
        totals: What its files sum to, by their own columns.
        is_whole: Whether a manifest says that it is all of the bill.
        is_increment: Whether it adds to what was known before it, as append-only
            exports do.
        held_by: A later version that holds its rows itself, and adds nothing to it.
        cost_view: Which of two costs it states; None where it states both.
        withdrawn_at: From when it counts no more, as other versions hold its rows.
        days: First and last day that a manifest says it is about, where these are not
            all of the month.
        sub_accounts: What its rows are about; none if that is not known.
    """

    folder: Path
    source: str
    source_format: str
    billing_account_id: str | None
    billing_period: str
    known_at: datetime
    digest: str
    digests: tuple[str, ...]
    origin: tuple[str, ...]
    totals: tuple[Total, ...]
    is_whole: bool = False
    is_increment: bool = False
    held_by: str | None = None
    cost_view: str | None = None
    days: tuple[str, str] | None = None
    sub_accounts: tuple[str, ...] = ()
    withdrawn_at: datetime | None = None

    @property
    def key(self) -> Key:
        """The bill that it is a version of."""
        return Key(self.source, self.billing_account_id, self.billing_period)

    @property
    def prefix(self) -> str:
        """The key of its versions, but for the number."""
        account = slug(self.billing_account_id)
        return f"{slug(self.source)}.{account}.{self.billing_period}.v"


@dataclass(frozen=True, slots=True)
class Known:
    """What has been loaded before.

    Attributes:
        deliveries: Bill versions of each delivery, by the delivery's digest.
        withdrawn: Names of the files of deliveries of which something was withdrawn,
            by the delivery's digest.
        holdings: Which versions hold an export file, by the file's digest.
        evidence: Digests of evidence files.
        refused: Digests of what is in quarantine.
    """

    deliveries: dict[str, int]
    withdrawn: dict[str, set[str]]
    holdings: chain.Holdings
    evidence: set[str]
    refused: set[str]


def bill_ids(con: Connection) -> set[str]:
    """Return the keys of all versions that have files in the lake."""
    return _column(
        con, "SELECT bill_id FROM bills.versions WHERE status <> 'quarantined'"
    )


def known(con: Connection, source: str | None = None) -> Known:
    """Return what was loaded and what was refused before.

    Args:
        con: The warehouse.
        source: Name to keep bills under; what was withdrawn from other names may come.
    """
    rows = con.execute(KNOWN, {"source": source}).fetchall()
    return Known(
        {digest: count for digest, count, _ in rows},
        {digest: set(names) for digest, _, names in rows if names},
        chain.holdings(con),
        _column(con, "SELECT digest FROM evidence.loads"),
        _column(con, "SELECT digest FROM bills.versions WHERE status = 'quarantined'"),
    )


def _column(con: Connection, query: str) -> set[str]:
    return {row[0] for row in con.execute(query).fetchall()}


def add(
    con: Connection,
    store: Lake,
    bills: Sequence[Bill],
    digest: str,
    held: Sequence[str] = (),
) -> int:
    """Register the bills of one delivery: all of them or, if it fails, none.

    Args:
        con: The warehouse.
        store: The lake, where their files are moved to.
        bills: The bills, oldest first.
        digest: SHA-256 over the files of the delivery.
        held: Versions that hold other bills of the delivery already.

    Returns:
        How many of them were new.
    """
    added: list[str] = []
    present: list[str] = [*held]
    with warehouse.transaction(con):
        for arrived in bills:
            bill = _since_withdrawn(con, arrived)
            found = chain.find(con, bill.key, bill.digests, bill.known_at)
            if found is None:
                added.append(_add(con, store, bill))
            else:
                present.append(found)
            quarantine.forgive(con, bill.origin)
        con.execute(
            "INSERT OR REPLACE INTO bills.deliveries (digest, bill_ids, loaded_at)"
            " VALUES ($digest, $bill_ids, now())",
            {"digest": digest, "bill_ids": [*present, *added]},
        )
    for bill_id in added:
        lake.committed(store, bill_id)
    return len(added)


def _since_withdrawn(con: Connection, bill: Bill) -> Bill:
    moment = chain.taken_back(con, bill.key, bill.digests) or bill.known_at
    return replace(bill, known_at=max(moment, bill.known_at))


def combine(con: Connection, digest: str, digests: Sequence[str]) -> None:
    """Note a delivery that was loaded as several."""
    con.execute(
        "INSERT OR REPLACE INTO bills.deliveries (digest, bill_ids, loaded_at)"
        " SELECT $digest, flatten(list(bill_ids)), now() FROM bills.deliveries"
        " WHERE list_contains($digests, digest)",
        {"digest": digest, "digests": list(digests)},
    )


def _add(con: Connection, store: Lake, bill: Bill) -> str:
    """Give a bill its number, move its files into place and write its rows."""
    version = chain.next_number(con, bill.prefix)
    bill_id = f"{bill.prefix}{version}"
    folder = store.folder(bill.source, bill.billing_period, bill_id)
    chain.insert(
        con,
        "bills.versions",
        {
            "bill_id": bill_id,
            "source": bill.source,
            "source_format": bill.source_format,
            "provider": _provider(bill),
            "billing_account_id": bill.billing_account_id,
            "billing_period": bill.billing_period,
            "version": version,
            "status": "current",
            "digest": bill.digest,
            "known_at": bill.known_at,
            "loaded_at": datetime.now(UTC),
        },
    )
    _add_part(con, bill, bill_id, lake.publish(store, bill.folder, folder))
    chain.settle(con, bill.key)
    return bill_id


def _add_part(con: Connection, bill: Bill, bill_id: str, files: list[str]) -> None:
    """Write what a version brings itself."""
    first, last = spans.of(bill.totals, bill.days)
    chain.insert(
        con,
        "bills.parts",
        {
            "bill_id": bill_id,
            "names": list(bill.origin),
            "digests": list(bill.digests),
            "files": files,
            "series": series_of(bill),
            "first_date": first,
            "last_date": last,
            "row_count": sum(total.row_count for total in bill.totals),
            "sub_accounts": list(bill.sub_accounts) or None,
            "is_increment": bill.is_increment,
            "withdrawn_at": bill.withdrawn_at,
        },
    )
    if bill.held_by:
        con.execute(
            "UPDATE bills.parts SET is_increment = FALSE WHERE bill_id = $bill_id",
            {"bill_id": bill.held_by},
        )
    for currency, rows, billed, effective in sums(bill):
        chain.insert(
            con,
            "bills.part_totals",
            {
                "bill_id": bill_id,
                "billing_currency": currency,
                "row_count": rows,
                "billed_cost": billed,
                "effective_cost": effective,
            },
        )


def series_of(bill: Bill) -> str | None:
    """Return what makes a bill one of several that add up; None if nothing does."""
    if bill.is_whole:
        return None
    return RUN if bill.days else series(bill.origin)


def sums(bill: Bill) -> list[tuple[str, int, Decimal, Decimal]]:
    """Add up the files of a bill by currency; rows without one have no amounts."""
    added: dict[str, tuple[int, Decimal, Decimal]] = {}
    for total in bill.totals:
        if total.billing_currency is None:
            continue
        rows, billed, effective = added.get(
            total.billing_currency, (0, Decimal(0), Decimal(0))
        )
        added[total.billing_currency] = (
            rows + total.row_count,
            EXACT.add(billed, total.billed_cost),
            EXACT.add(effective, total.effective_cost),
        )
    return [(currency, *added[currency]) for currency in sorted(added)]


def _provider(bill: Bill) -> str | None:
    """Return the bill's provider, or None where it names several or none."""
    names = {provider(name) for total in bill.totals for name in total.providers}
    return names.pop() if len(names) == 1 else None
