"""A history with anomalies hidden in it; the history itself stays as it is."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from tasks.core.backtest.shapes import Injection
from tasks.core.detection.arrival import Arrived
from tasks.core.detection.looking import Known
from tasks.core.detectors import Floats, Panel
from tasks.core.findings.anomalies import Amounts
from tasks.core.findings.incidents import estimate
from tasks.core.findings.runs import Book

Rows = list[int]


def hidden(known: Known, injections: Sequence[Injection]) -> Known:
    """Return what would be known had the anomalies happened.

    A new scope becomes a series of its own, below the others.
    """
    book = known.book
    new = [one for one in injections if one.is_new]
    rows = [*range(len(book.scopes)), *(one.row for one in new)]
    panel = _copied(book.panel, rows, len(book.scopes))
    added = np.zeros(panel.costs.shape)
    places = iter(range(len(book.scopes), len(rows)))
    for one in injections:
        place = next(places) if one.is_new else one.row
        days = slice(one.first, one.last + 1)
        added[place, days] += one.costs
        panel.costs[place, days] += one.costs
        panel.quantities[place, days] += one.quantities
        if one.is_new:
            panel.costs[place, : one.first] = np.nan
            panel.quantities[place, : one.first] = np.nan
    changed = Book(
        panel=panel,
        scopes=[*book.scopes, *(one.scope for one in new)],
        settled=book.settled[rows],
        amounts=_amounts(book, added),
    )
    return replace(known, book=changed, arrived=_arrived(known.arrived, rows))


def _copied(panel: Panel, rows: Rows, count: int) -> Panel:
    """Return a panel of these rows; those from ``count`` on cost nothing yet."""
    costs, quantities = panel.costs[rows], panel.quantities[rows]
    for days in (costs, quantities):
        days[count:] = np.where(np.isfinite(days[count:]), 0.0, days[count:])
    return replace(
        panel,
        costs=costs,
        quantities=quantities,
        providers=tuple(panel.providers[row] for row in rows),
        charge_kinds=tuple(panel.charge_kinds[row] for row in rows),
        accounts=panel.accounts[rows],
        since=panel.since[rows],
    )


def _arrived(arrived: Arrived, rows: Rows) -> Arrived:
    shares = (arrived.low, arrived.middle, arrived.high)
    return Arrived(arrived.columns, *(share[rows] for share in shares))


def _amounts(book: Book, added: Floats) -> Amounts:
    def amount(row: int, column: int) -> Decimal:
        own = book.amounts(row, column) if row < len(book.scopes) else Decimal(0)
        return own + estimate(float(added[row, column]))

    return amount
