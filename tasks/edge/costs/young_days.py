"""How much of young days has arrived, out of the warehouse."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from tasks.core.detection.arrival import Arrived, young
from tasks.core.findings.anomalies import Scope
from tasks.core.findings.runs import Book
from tasks.edge.database import queries
from tasks.edge.database.warehouse import Connection

# A day is settled once nineteen of twenty days were as complete as this at its age …
SETTLED_SHARE = 0.95
# … or once it is older than this: corrections come for months. No share is learned of
# older days.
SETTLED_HOURS = 7 * 24


def arrived(
    con: Connection, book: Book, *, as_of: datetime, until: date, settle_days: int
) -> tuple[Book, Arrived]:
    """Return the shares that have arrived, and a book that knows what is settled.

    Days for whose age no share is known keep what ``settle_days`` says of them.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE arrival_shares AS "
        + queries.text("findings/arrival_shares"),
        {"as_of": as_of, "settled_hours": SETTLED_HOURS},
    )
    settled = book.settled.copy()
    rows_of = _rows_by_service(book.scopes)
    told = []
    for *account, service, day, low, middle, high, hours in queries.run(
        con,
        "findings/arrived_days",
        as_of=as_of,
        until=until,
        settle_days=settle_days,
    ).fetchall():
        column = (day - book.panel.start).days
        if not 0 <= column < book.panel.n_days:
            continue
        own = rows_of[*account, service]
        is_settled = low >= SETTLED_SHARE or hours >= SETTLED_HOURS
        settled[own, column] = is_settled
        if own and not is_settled:
            told.append((own, column, low, middle, high))
    columns = np.unique([column for _, column, *_ in told]).astype(np.int64)
    shares = young(book.settled.shape, columns)
    for own, column, low, middle, high in told:
        place = np.searchsorted(columns, column)
        shares.low[own, place] = low
        shares.middle[own, place] = middle
        shares.high[own, place] = high
    return replace(book, settled=settled), shares


def _rows_by_service(
    scopes: Sequence[Scope],
) -> dict[tuple[str | None, ...], list[int]]:
    rows: dict[tuple[str | None, ...], list[int]] = defaultdict(list)
    for row, scope in enumerate(scopes):
        account = (scope.provider, scope.billing_account_id, scope.billing_currency)
        rows[*account, scope.service_name].append(row)
    return rows
