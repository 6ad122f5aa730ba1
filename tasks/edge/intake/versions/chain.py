"""The versions of one bill: what each consists of, and which of them counts.

``settle`` derives it anew from what arrived, so the order of loading leaves no trace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from tasks.core.intake import two_tables
from tasks.core.intake.formats.recognition import BILLS
from tasks.core.intake.versions import (
    Part,
    Span,
    compose,
    in_order,
    spans,
    without_pieces,
)
from tasks.edge.database.warehouse import Connection

# What was made of the lines of a version, and is made anew when it has others.
READ = (
    "series.aggregated_bills",
    "series.daily_cost_versions",
    "series.tagged_bills",
    "series.daily_tag_cost_versions",
    "ops.audited_bills",
)

OF_BILL = (
    "source = $source AND billing_period = $billing_period"
    " AND billing_account_id IS NOT DISTINCT FROM $billing_account_id"
    " AND status <> 'quarantined'"
)


@dataclass(frozen=True, slots=True)
class Key:
    """Which bill it is."""

    source: str
    billing_account_id: str | None
    billing_period: str


@dataclass(frozen=True, slots=True)
class Holding:
    """A version that holds lines of an export file, and whose month it is of."""

    bill_id: str
    month: tuple[str | None, str]


# Who holds lines of an export file, by the file's digest.
Holdings = Mapping[str, Sequence[Holding]]


def insert(con: Connection, table: str, row: Mapping[str, object]) -> None:
    """Add a row of values by column name."""
    values = ", ".join(f"${column}" for column in row)
    con.execute(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})",
        dict(row),
    )


def next_number(con: Connection, prefix: str) -> int:
    """Return the number of the next version whose key begins so."""
    rows = con.execute(
        "SELECT bill_id FROM bills.versions WHERE starts_with(bill_id, $prefix)",
        {"prefix": prefix},
    ).fetchall()
    return 1 + max((int(row[0].removeprefix(prefix)) for row in rows), default=0)


def parts(con: Connection, key: Key) -> list[Part]:
    """Return what the versions of a bill brought themselves."""
    rows = con.execute(
        "SELECT bill_id, version, coalesce(known_at, loaded_at), names, digests,"
        " series, first_date, last_date, is_increment, restores, parts.withdrawn_at,"
        " sub_accounts, source_format, (SELECT map(list(billing_currency),"
        " list(billed_cost)) FROM bills.part_totals AS sums"
        " WHERE sums.bill_id = versions.bill_id)"
        " FROM bills.versions AS versions"
        " INNER JOIN bills.parts AS parts USING (bill_id)"
        f" WHERE {OF_BILL} ORDER BY 3, version",
        asdict(key),
    ).fetchall()
    return [
        Part(
            bill_id=row[0],
            version=row[1],
            known_at=row[2],
            names=tuple(row[3]),
            digests=tuple(row[4]),
            series=row[5],
            first_date=row[6],
            last_date=row[7],
            is_increment=row[8],
            restores=row[9],
            withdrawn_at=row[10],
            sub_accounts=frozenset(row[11] or ()),
            table=row[12] if BILLS[row[12]].is_appended else "",
            costs=row[13] or {},
        )
        for row in rows
    ]


def holdings(con: Connection) -> Holdings:
    """Return who holds which export file; not where one may hold another.

    What was withdrawn holds nothing: its files may be given again, in other company.
    """
    rows = con.execute(
        "SELECT unnest(digests), bill_id, billing_account_id, billing_period"
        " FROM bills.versions INNER JOIN bills.parts AS parts USING (bill_id)"
        " WHERE restores IS NULL AND NOT list_contains($appended, source_format)"
        " AND status <> 'withdrawn'",
        {"appended": [kind.name for kind in BILLS.values() if kind.is_appended]},
    ).fetchall()
    found: dict[str, list[Holding]] = {}
    for digest, bill_id, *month in rows:
        found.setdefault(digest, []).append(Holding(bill_id, (month[0], month[1])))
    return found


def find(
    con: Connection, key: Key, digests: Sequence[str], known_at: datetime
) -> str | None:
    """Return the version that holds these files already.

    Either it consists of nothing else, or it holds them and more and was known no
    later. The same content is known under any source, name and time, unless it was
    withdrawn: then other sources may have it, and each part of it.
    """
    wanted = set(digests)
    rows = con.execute(
        "SELECT bill_id, digests FROM bills.versions AS versions"
        " INNER JOIN bills.parts AS parts USING (bill_id)"
        " WHERE billing_period = $period AND restores IS NULL"
        " AND billing_account_id IS NOT DISTINCT FROM $account"
        " AND list_has_any(digests, $digests)"
        " AND (source = $source OR status <> 'withdrawn') ORDER BY version",
        {
            "source": key.source,
            "period": key.billing_period,
            "account": key.billing_account_id,
            "digests": list(digests),
        },
    ).fetchall()
    equal = [bill_id for bill_id, held in rows if set(held) == wanted]
    if equal:
        return str(equal[0])
    arrived = {part.bill_id: part for part in parts(con, key)}
    for bill_id, owners in compose(without_pieces([*arrived.values()])).items():
        held = {digest for owner in owners for digest in arrived[owner].digests}
        whole = arrived[bill_id]
        is_there = whole.known_at <= known_at and not whole.is_withdrawn(known_at)
        is_within = wanted < held and is_there
        if wanted == held or is_within:
            return bill_id
    return None


def taken_back(con: Connection, key: Key, digests: Sequence[str]) -> datetime | None:
    """Return until when a version counted that was withdrawn and held these files.

    What was known until then stays, so they count from then on in other company.
    """
    moment: datetime | None = con.execute(
        "SELECT max(parts.withdrawn_at) FROM bills.versions AS versions"
        " INNER JOIN bills.parts AS parts USING (bill_id)"
        f" WHERE {OF_BILL} AND status = 'withdrawn' AND len(digests) > len($digests)"
        " AND list_has_all(digests, $digests)",
        asdict(key) | {"digests": list(digests)},
    ).fetchall()[0][0]
    return moment


def settle(con: Connection, key: Key) -> None:
    """Write what each version of a bill consists of, and when it counts.

    Belongs into the transaction that changed what arrived. The daily series of a
    version that now consists of something else is forgotten, so that it is read again.
    """
    arrived = in_order(without_pieces(parts(con, key)))
    made = compose(arrived)
    _compose(con, key, made)
    aside = two_tables.set_aside(arrived, made, key.billing_period)
    dated = two_tables.without(arrived, aside)
    _date(con, dated, spans(dated), aside)


def _compose(con: Connection, key: Key, made: Mapping[str, Sequence[str]]) -> None:
    known = dict(
        con.execute(
            f"SELECT bill_id, parts FROM bills.versions WHERE {OF_BILL}", asdict(key)
        ).fetchall()
    )
    for bill_id, owners in made.items():
        if known[bill_id] != list(owners):
            _write(con, bill_id, list(owners))


def _write(con: Connection, bill_id: str, owners: list[str]) -> None:
    """Write the composition of one version, and what follows from it."""
    con.execute(
        "WITH own AS (SELECT"
        " list(files ORDER BY list_position($owners, bill_id)) AS files,"
        " list(names ORDER BY list_position($owners, bill_id)) AS names,"
        " sum(row_count) AS row_count,"
        " bool_or(row_count > 0 AND len(files) = 0) AS is_pruned"
        " FROM bills.parts WHERE list_contains($owners, bill_id))"
        " UPDATE bills.versions SET parts = $owners, origin = flatten(own.names),"
        " files = if(own.is_pruned, [], flatten(own.files)),"
        " row_count = own.row_count, pruned_at = if(own.is_pruned, now(), NULL)"
        " FROM own WHERE bills.versions.bill_id = $bill_id",
        {"bill_id": bill_id, "owners": owners},
    )
    con.execute("DELETE FROM bills.totals WHERE bill_id = $id", {"id": bill_id})
    con.execute(
        "INSERT INTO bills.totals"
        " (bill_id, billing_currency, row_count, billed_cost, effective_cost)"
        " SELECT $bill_id, billing_currency, sum(row_count),"
        " sum(billed_cost), sum(effective_cost) FROM bills.part_totals"
        " WHERE list_contains($owners, bill_id) GROUP BY billing_currency",
        {"bill_id": bill_id, "owners": owners},
    )
    con.execute(
        "UPDATE bills.versions SET billed_cost = single.billed_cost,"
        " effective_cost = single.effective_cost,"
        " billing_currency = single.billing_currency"
        " FROM (SELECT if(count(*) = 1, max(billed_cost), NULL) AS billed_cost,"
        " if(count(*) = 1, max(effective_cost), NULL) AS effective_cost,"
        " if(count(*) = 1, max(billing_currency), NULL) AS billing_currency"
        " FROM bills.totals WHERE bill_id = $id) AS single"
        " WHERE bills.versions.bill_id = $id",
        {"id": bill_id},
    )
    for table in READ:
        con.execute(f"DELETE FROM {table} WHERE bill_id = $id", {"id": bill_id})
    con.execute(
        "DELETE FROM bills.comparisons WHERE $id IN (bill_id, other_id)",
        {"id": bill_id},
    )


def _date(
    con: Connection,
    arrived: Sequence[Part],
    counting: Sequence[Span],
    aside: Mapping[str, str],
) -> None:
    """Write when each version counts, which of them does now, and why one never did."""
    ends = {span.bill_id: span.known_to for span in counting}
    last = counting[-1] if counting else None
    current = last.bill_id if last and last.known_to is None else None
    beside = _beside(con, arrived)
    following = [*arrived[1:], None]
    for part, later in zip(arrived, following, strict=True):
        is_replaced = later is not None and part.bill_id not in aside
        replaced_at = later.known_at if later and is_replaced else part.withdrawn_at
        is_current = part.bill_id == current
        found = beside if is_current else None
        con.execute(
            "UPDATE bills.versions SET superseded_at = $superseded_at,"
            " status = $status, withdrawn_at = $withdrawn_at,"
            " counted_by = $counted_by, reason = $reason WHERE bill_id = $bill_id",
            {
                "bill_id": part.bill_id,
                "superseded_at": ends.get(part.bill_id, replaced_at),
                "withdrawn_at": part.withdrawn_at,
                "status": _status(part, is_current=is_current and not beside),
                "counted_by": found[0] if found else None,
                "reason": found[1] if found else aside.get(part.bill_id),
            },
        )


def _beside(con: Connection, arrived: Sequence[Part]) -> tuple[str, str] | None:
    """Return which version of another source counts for a bill, and why, if one does.

    A new version does not count either, until ``counting`` has compared it.
    """
    return con.execute(
        "SELECT counted_by, reason FROM bills.versions"
        " WHERE list_contains($ids, bill_id) AND counted_by IS NOT NULL",
        {"ids": [part.bill_id for part in arrived]},
    ).fetchone()


def _status(part: Part, *, is_current: bool) -> str:
    if is_current:
        return "current"
    is_piece = part.withdrawn_at == part.known_at
    return "withdrawn" if part.withdrawn_at and not is_piece else "superseded"
