"""What is said where two exports tell of one account and month.

A later report of one source replaces the earlier, as a later export of one report
does, even one of another vendor: nothing says which of both it is. Reports of different
sources all count until ``counting`` has seen that they tell the same costs. Either may
be wrong, so people are told.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from tasks.core.intake.naming import report_name
from tasks.edge.database import warehouse
from tasks.edge.settings import Settings

# Enough to see what is meant; years of bills would fill the screen.
NOTED = 5

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
NAMED = """
    SELECT
        current.bill_id, own.names, versions.bill_id, parts.names,
        current.provider, versions.provider
    FROM bills.versions AS current
    INNER JOIN bills.parts AS own USING (bill_id)
    INNER JOIN bills.versions AS versions
        ON versions.source = current.source
        AND versions.billing_period = current.billing_period
        AND versions.billing_account_id IS NOT DISTINCT FROM current.billing_account_id
    INNER JOIN bills.parts AS parts ON parts.bill_id = versions.bill_id
    WHERE current.status = 'current' AND versions.status = 'superseded'
        AND own.restores IS NULL AND parts.restores IS NULL
        AND NOT coalesce(list_contains(current.parts, versions.bill_id), FALSE)
        AND NOT own.is_increment
        AND list_has_any([current.bill_id, versions.bill_id], $bill_ids)
    ORDER BY current.bill_id, versions.version DESC
"""
# An older export that was copied later looks newer, if nothing else tells its time.
SHORTER = """
    SELECT
        current.bill_id, own.last_date, arg_max(versions.bill_id, versions.known_at),
        max(parts.last_date)
    FROM bills.versions AS current
    INNER JOIN bills.parts AS own USING (bill_id)
    INNER JOIN bills.versions AS versions
        ON versions.source = current.source
        AND versions.billing_period = current.billing_period
        AND versions.billing_account_id IS NOT DISTINCT FROM current.billing_account_id
    INNER JOIN bills.parts AS parts ON parts.bill_id = versions.bill_id
    WHERE current.status = 'current' AND versions.status = 'superseded'
        AND own.restores IS NULL AND parts.restores IS NULL
        AND len(current.parts) = 1 AND NOT own.is_increment
        AND parts.last_date > own.last_date
        AND list_has_any([current.bill_id, versions.bill_id], $bill_ids)
    GROUP BY ALL
    ORDER BY current.bill_id
"""
LOADED = """
    SELECT bill_id FROM bills.versions
    WHERE loaded_at >= $since AND status <> 'quarantined'
"""


def loaded_since(settings: Settings, since: datetime) -> tuple[str, ...]:
    """Say which bills that were loaded since a moment meet another report.

    Args:
        settings: Where the warehouse is.
        since: A moment in UTC.
    """
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        loaded = [row[0] for row in con.execute(LOADED, {"since": since}).fetchall()]
        said = met(con, loaded)
    more = len(said) - NOTED
    return (*said[:NOTED], *([f"So do {more} more."] if more > 0 else []))


def met(con: warehouse.Connection, bill_ids: Collection[str]) -> tuple[str, ...]:
    """Say which of some bills another report replaced, or is counted beside."""
    return (
        *_counted(con, bill_ids),
        *_replaced(con, bill_ids),
        *_shorter(con, bill_ids),
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
    for current, names, earlier, earlier_names, *providers in _asked(
        con, NAMED, bill_ids
    ):
        if current in said:
            continue
        provider, before = providers
        if provider and before and provider != before:
            said.add(current)
            yield (
                f"{current}, of {provider}, counts in place of {earlier}, of {before},"
                " for both name the same account or none: where both are due, ingest"
                " each under a --source of its own, into a new warehouse, since this"
                " one knows the files already."
            )
            continue
        name, other = report_name(names), report_name(earlier_names)
        if not name or not other or name == other:
            continue
        said.add(current)
        yield (
            f"{current}, from {name}, counts in place of {earlier}, from {other}: if"
            " these are two reports of different costs, ingest each under a --source"
            " of its own."
        )


def _shorter(con: warehouse.Connection, bill_ids: Collection[str]) -> Iterable[str]:
    for current, last, earlier, later in _asked(con, SHORTER, bill_ids):
        yield (
            f"{current} ends on {last}, but counts in place of {earlier}, which goes to"
            f" {later}, for its files are newer. If it is the older export of the two:"
            f" costwarden bills restore {earlier}."
        )


def _asked(
    con: warehouse.Connection, query: str, bill_ids: Collection[str]
) -> list[tuple[Any, ...]]:
    return con.execute(query, {"bill_ids": list(bill_ids)}).fetchall()
