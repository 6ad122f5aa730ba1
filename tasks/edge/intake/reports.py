"""What is said where two exports tell of one account and month.

A later report of one source replaces the earlier, as a later export of one report
does, even one of another vendor: nothing says which of both it is. Reports of different
sources all count until ``counting`` has seen that they tell the same costs. Either may
be wrong, so people are told.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from tasks.core.intake.formats.azure import AZURE
from tasks.core.intake.naming import report_name
from tasks.core.reporting import wording
from tasks.edge.database import warehouse
from tasks.edge.intake import replacing
from tasks.edge.intake.notes import first_of
from tasks.edge.settings import Settings

# Azure's bill is made of an actual and an amortised export.
HALVES = 2

# Microsoft's FOCUS exports name an account by its path, its others by its number.
COUNTED = """
    SELECT
        billing_period,
        split_part(billing_account_id, '/', -1) AS account,
        list(bill_id ORDER BY bill_id) AS bill_ids
    FROM bills.versions
    WHERE status = 'current' AND billing_account_id IS NOT NULL
    GROUP BY ALL
    HAVING count(DISTINCT source) > 1 AND list_has_any(bill_ids, $bill_ids)
    ORDER BY ALL
"""
REPLACED = """
    FROM bills.versions AS current
    INNER JOIN bills.parts AS own USING (bill_id)
    INNER JOIN bills.versions AS versions
        ON versions.source = current.source
        AND versions.billing_period = current.billing_period
        AND versions.billing_account_id IS NOT DISTINCT FROM current.billing_account_id
    INNER JOIN bills.parts AS parts ON parts.bill_id = versions.bill_id
    WHERE current.status = 'current' AND versions.status = 'superseded'
        AND (versions.reason IS NULL OR versions.counted_by IS NOT NULL)
        AND own.restores IS NULL AND parts.restores IS NULL
        AND NOT own.is_increment
        AND list_has_any([current.bill_id, versions.bill_id], $bill_ids)
"""
NAMED = f"""
    SELECT
        current.bill_id, own.names, versions.bill_id, parts.names,
        current.provider, versions.provider,
        current.source_format = $paired AS is_paired
    {REPLACED}
        AND NOT coalesce(list_contains(current.parts, versions.bill_id), FALSE)
        AND NOT list_has_all(own.digests, parts.digests)
    ORDER BY current.bill_id, versions.version DESC
"""
# An older export that was copied later looks newer, if nothing else tells its time.
SHORTER = f"""
    SELECT
        current.bill_id, own.last_date, arg_max(versions.bill_id, versions.known_at),
        max(parts.last_date)
    {REPLACED}
        AND len(current.parts) = 1 AND parts.last_date > own.last_date
    GROUP BY ALL
    ORDER BY current.bill_id
"""
# Of each bill the newest version beside which another table's counts.
ASIDE = """
    SELECT
        aside.bill_id, aside.billed_cost, aside.billing_currency, aside.reason,
        current.bill_id, current.billed_cost, current.billing_currency
    FROM bills.versions AS aside
    INNER JOIN bills.versions AS current
        ON aside.source = current.source
        AND aside.billing_period = current.billing_period
        AND aside.billing_account_id IS NOT DISTINCT FROM current.billing_account_id
    WHERE current.status = 'current' AND aside.status = 'superseded'
        AND aside.counted_by IS NULL AND aside.reason IS NOT NULL
        AND list_contains($bill_ids, aside.bill_id)
    QUALIFY row_number() OVER (
        PARTITION BY current.bill_id ORDER BY aside.known_at DESC, aside.version DESC
    ) = 1
    ORDER BY current.bill_id
"""
# Clocks of two machines may differ by so much.
COMING = """
    SELECT bill_id, known_at
    FROM bills.versions
    WHERE known_at > now() + INTERVAL 5 MINUTE AND list_contains($bill_ids, bill_id)
    ORDER BY bill_id
"""
LOADED = """
    SELECT bill_id FROM bills.versions
    WHERE loaded_at >= $since AND status <> 'quarantined'
"""


def loaded_since(settings: Settings, since: datetime) -> tuple[str, ...]:
    """Say which bills loaded since a moment meet another report, or are of tomorrow.

    Args:
        settings: Where the warehouse is.
        since: A moment in UTC.
    """
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        loaded = [row[0] for row in con.execute(LOADED, {"since": since}).fetchall()]
        said = (
            *met(con, loaded),
            *replacing.apart(con, settings.lake_path, loaded),
            *_coming(con, loaded),
        )
    return first_of(said, "So do {} more.")


def met(con: warehouse.Connection, bill_ids: Collection[str]) -> tuple[str, ...]:
    """Say which of some bills another report replaced, or is counted beside.

    So is said of a bill that holds less than the one that it replaced.
    """
    shorter = dict(_shorter(con, bill_ids))
    smaller = dict(replacing.smaller(con, bill_ids))
    return (
        *_counted(con, bill_ids),
        *_replaced(con, bill_ids),
        *(smaller | shorter).values(),
        *_aside(con, bill_ids),
    )


def _counted(con: warehouse.Connection, bill_ids: Collection[str]) -> Iterable[str]:
    for period, account, bills in _asked(con, COUNTED, bill_ids):
        yield (
            f"{period} of account {account} counts once for each of these bills:"
            f" {', '.join(bills)}; if they tell the same costs, the next run lets one"
            " of them count (the setting prefer); else take all but one back:"
            " costwarden bills withdraw."
        )


def _replaced(con: warehouse.Connection, bill_ids: Collection[str]) -> Iterable[str]:
    said: set[str] = set()
    rows = _asked(con, NAMED, bill_ids, paired=AZURE.name)
    halves = _halves(rows)
    for current, names, earlier, earlier_names, provider, before, _ in rows:
        if current in said:
            continue
        if provider and before and provider != before:
            said.add(current)
            yield (
                f"{current}, of {provider}, counts in place of {earlier}, of {before},"
                " for both name the same account or none: where both are due,"
                f" costwarden bills withdraw {current}, and ingest it again under a"
                " --source of its own."
            )
            continue
        name, other = report_name(names), report_name(earlier_names)
        if not name or not other or name == other or current in halves:
            continue
        said.add(current)
        yield (
            f"{current}, from {name}, counts in place of {earlier}, from {other}: if"
            f" these are two reports of different costs, costwarden bills withdraw"
            f" {current}, and ingest it again under a --source of its own."
        )


def _shorter(
    con: warehouse.Connection, bill_ids: Collection[str]
) -> Iterable[tuple[str, str]]:
    for current, last, earlier, later in _asked(con, SHORTER, bill_ids):
        note = (
            f"{current} ends on {last}, but counts in place of {earlier}, which goes to"
            f" {later}, for its files are newer. If it is the older export of the two:"
            f" costwarden bills restore {earlier}."
        )
        yield current, note


def _aside(con: warehouse.Connection, bill_ids: Collection[str]) -> Iterable[str]:
    for row in _asked(con, ASIDE, bill_ids):
        bill_id, billed, currency, why, current, other_billed, other_currency = row
        yield (
            f"{_priced(bill_id, billed, currency)} is kept, but"
            f" {_priced(current, other_billed, other_currency)} counts: {why}. It takes"
            " over with the first month of which it tells as much; to let it count now:"
            f" costwarden bills restore {bill_id}."
        )


def _priced(bill_id: str, billed: Decimal | None, currency: str | None) -> str:
    if billed is None or currency is None:
        return bill_id
    return f"{bill_id} ({wording.money(billed, currency)})"


def _coming(con: warehouse.Connection, bill_ids: Collection[str]) -> Iterable[str]:
    """Yield what is said of bills that nobody can know yet, by their own clock."""
    for bill_id, known_at in _asked(con, COMING, bill_ids):
        yield (
            f"{bill_id} says that it was made at {known_at:%Y-%m-%d %H:%M} UTC, which"
            " is still to come: until then runs leave its costs out, unless --as-of"
            " says a later time. Look at both machines' clocks."
        )


def _halves(rows: Iterable[tuple[Any, ...]]) -> set[str]:
    """Return the bills that two reports give together, where no third tells of them."""
    named: dict[str, set[str]] = {}
    for current, names, _, earlier_names, *_, is_paired in rows:
        if is_paired:
            both = {report_name(names), report_name(earlier_names)}
            named.setdefault(current, set()).update(both)
    return {current for current, names in named.items() if len(names) == HALVES}


def _asked(
    con: warehouse.Connection, query: str, bill_ids: Collection[str], **values: str
) -> list[tuple[Any, ...]]:
    return con.execute(query, {"bill_ids": list(bill_ids), **values}).fetchall()
