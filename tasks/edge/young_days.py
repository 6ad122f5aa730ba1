"""How much of young days has arrived, out of the warehouse."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from tasks.core.findings.anomalies import Scope
from tasks.core.findings.arrival import Arrived, complete
from tasks.core.findings.runs import Book
from tasks.edge import queries
from tasks.edge.warehouse import Connection

# A day is settled once nineteen of twenty days were as complete as this at its age …
SETTLED_SHARE = 0.95
# … or once it is older than this: corrections come for months.
SETTLED_HOURS = 7 * 24


def arrived(
    con: Connection, book: Book, *, as_of: datetime, until: date
) -> tuple[Book, Arrived]:
    """Return the shares that have arrived, and a book that knows what is settled.

    Days for whose age no share is known keep what ``settle_days`` says of them.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE arrival_shares AS "
        + queries.text("findings/arrival_shares"),
        {"as_of": as_of},
    )
    shares = complete(book.settled.shape)
    settled = book.settled.copy()
    rows_of = _rows_by_service(book.scopes)
    rows = queries.run(con, "findings/arrived_days", as_of=as_of, until=until)
    for *account, service, day, low, middle, high, hours in rows.fetchall():
        column = (day - book.panel.start).days
        if not 0 <= column < book.panel.n_days:
            continue
        is_settled = low >= SETTLED_SHARE or hours >= SETTLED_HOURS
        own = rows_of[*account, service]
        settled[own, column] = is_settled
        if not is_settled:
            shares.low[own, column] = low
            shares.middle[own, column] = middle
            shares.high[own, column] = high
    return replace(book, settled=settled), shares


def _rows_by_service(
    scopes: Sequence[Scope],
) -> dict[tuple[str | None, ...], list[int]]:
    rows: dict[tuple[str | None, ...], list[int]] = defaultdict(list)
    for row, scope in enumerate(scopes):
        account = (scope.provider, scope.billing_account_id, scope.billing_currency)
        rows[*account, scope.service_name].append(row)
    return rows
