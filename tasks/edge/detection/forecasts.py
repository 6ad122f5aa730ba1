"""Forecasts and budgets in the warehouse."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.core.findings.anomalies import Scope
from tasks.core.findings.runs import Book
from tasks.core.forecasting import budgets, predictions
from tasks.core.forecasting.budgets import Standing
from tasks.core.forecasting.calendar_days import Span
from tasks.core.forecasting.declaration import BudgetScope, Forecasting, Measure
from tasks.core.forecasting.predictions import Days, Made, Total
from tasks.core.forecasting.sums import Band
from tasks.edge.costs import series
from tasks.edge.costs.series import SCOPE
from tasks.edge.database import queries
from tasks.edge.database.warehouse import Connection, transaction
from tasks.edge.delivery import outbox
from tasks.edge.settings import Settings

MONEY = pa.decimal128(38, 18)
BAND = {
    field.name.replace("expected", "expected_cost"): field.name
    for field in fields(Band)
}

# Amounts that are estimated are kept to the millionth of a unit.
INSERT_DAYS = """
INSERT INTO findings.forecasts BY NAME
SELECT * REPLACE (
    expected_cost::DECIMAL(32, 6) AS expected_cost,
    low_80::DECIMAL(32, 6) AS low_80,
    high_80::DECIMAL(32, 6) AS high_80,
    low_95::DECIMAL(32, 6) AS low_95,
    high_95::DECIMAL(32, 6) AS high_95
) FROM new_days
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What forecasts are made from.

    Attributes:
        books: The series, by measure; the same series in the same order.
        newest: Newest day that bills tell of.
        known_at: Newest knowledge among the bills, or the time of the run.
        spent: What each series has cost, by measure and span.
        before: Revision of each budget period's newest standing, and what it told.
    """

    books: Mapping[Measure, Book]
    newest: date
    known_at: datetime
    spent: Mapping[Measure, predictions.Spent]
    before: Mapping[str, tuple[int, tuple[object, ...]]]


def load(con: Connection, settings: Settings, as_of: datetime) -> Known | None:
    """Read the series and what they have cost, as known at a time.

    Returns:
        None where there are too few days to forecast anything.
    """
    books: dict[Measure, Book] = {}
    for measure in predictions.measures(settings.budgets):
        found = series.load(con, settings.detect, as_of=as_of, cost=f"{measure}_cost")
        if found is None or found.book.panel.n_days < predictions.LEAST_DAYS:
            return None
        books[measure] = found.book
        newest, known_at = found.newest, found.known_at
    told = predictions.told_spans(newest, settings.closed_after_days, settings.budgets)
    rows = {span: _spent(con, span, as_of, newest) for span in told}
    return Known(
        books=books,
        newest=newest,
        known_at=known_at or as_of,
        spent={
            measure: {
                span: {scope: costs[place] for scope, *costs in spent}
                for span, spent in rows.items()
            }
            for place, measure in enumerate(("effective", "billed"))
            if measure in books
        },
        before=_before(con, newest),
    )


def save(
    con: Connection,
    made: Made,
    known: Known,
    params: Forecasting,
    *,
    as_of: datetime,
    is_muted: bool,
) -> int:
    """Replace what was made on the same day, and tell what is news, all or nothing.

    Returns:
        How many events were new.
    """
    events = [
        told
        for one in made.standings
        for told in budgets.event_of(one, known.before.get(one.budget_id), as_of)
    ]
    with transaction(con):
        for table in ("forecasts", "forecast_totals", "budgets"):
            con.execute(
                f"DELETE FROM findings.{table} WHERE made_on = $newest",
                {"newest": known.newest},
            )
        con.execute(
            "DELETE FROM findings.forecasts WHERE made_on <= $last",
            {"last": known.newest - timedelta(days=params.keep_days)},
        )
        _insert(con, INSERT_DAYS, _day_rows(made.days, known.newest))
        totals = [_total_row(total, known.newest) for total in made.totals]
        _insert_all(con, "forecast_totals", totals)
        standings = [_budget_row(one, known) for one in made.standings]
        _insert_all(con, "budgets", standings)
        return outbox.add(con, events, is_muted=is_muted)


def _spent(
    con: Connection, span: Span, as_of: datetime, newest: date
) -> list[tuple[Scope, Decimal, Decimal]]:
    rows = queries.run(
        con,
        "findings/spent_costs",
        as_of=as_of,
        first=span.first_date,
        last=min(span.last_date, newest),
    ).fetchall()
    return [(Scope(*row[:-2]), row[-2], row[-1]) for row in rows]


def _before(con: Connection, newest: date) -> dict[str, tuple[int, tuple[object, ...]]]:
    rows = con.execute(
        "SELECT budget_id, revision, status, reached_actual_pct, reached_forecast_pct"
        " FROM findings.budgets WHERE made_on <= $newest"
        " QUALIFY row_number() OVER (PARTITION BY budget_id ORDER BY made_on DESC) = 1",
        {"newest": newest},
    ).fetchall()
    return {row[0]: (row[1], tuple(row[2:])) for row in rows}


def _day_rows(days: Days, made_on: date) -> pa.Table:
    """Lay the band out as rows; days on which nothing is expected have none."""
    arrays = {column: getattr(days.band, name) for column, name in BAND.items()}
    rows, columns = np.nonzero(np.any([part != 0 for part in arrays.values()], axis=0))
    scopes = pa.table(
        {name: _words([getattr(one, name) for one in days.scopes]) for name in SCOPE}
    ).take(pa.array(rows))
    first = (days.first_date - date(1970, 1, 1)).days
    charged = pa.array((first + columns).astype(np.int32)).cast(pa.date32())
    table = scopes.append_column("charge_date", charged)
    table = table.append_column(
        "made_on", pa.array([made_on]).take(pa.array(np.zeros(len(rows), np.int64)))
    )
    for name, part in arrays.items():
        table = table.append_column(name, pa.array(part[rows, columns]))
    return table


def _words(names: list[str | None]) -> pa.Array:
    """Return names as places in a list: each stands there once, however many days."""
    return pa.array(names, pa.string()).dictionary_encode()


def _total_row(total: Total, made_on: date) -> dict[str, Any]:
    return {
        "made_on": made_on,
        "level": total.summed.level,
        **total.summed.scope,
        "billing_currency": total.summed.billing_currency,
        "period": total.span.period,
        "first_date": total.span.first_date,
        "last_date": total.span.last_date,
        **asdict(total.amounts),
    }


def _budget_row(one: Standing, known: Known) -> dict[str, Any]:
    budget = one.budget
    return {
        "budget_id": one.budget_id,
        "made_on": one.made_on,
        "revision": budgets.revision(one, known.before.get(one.budget_id)),
        "name": budget.name,
        "status": one.status,
        "period": budget.period,
        "first_date": one.span.first_date,
        "last_date": one.span.last_date,
        **{name: getattr(budget, name) for name in BudgetScope.model_fields},
        "cost": budget.cost,
        "billing_currency": budget.currency,
        "series": one.series,
        "amount": budget.amount,
        **asdict(one.amounts),
        "probability_of_breach": one.probability,
        "breach_date": one.breach_date,
        "reached_actual_pct": one.actual_pct,
        "reached_forecast_pct": one.forecast_pct,
        "summary": budgets.sentence(one),
        "known_at": known.known_at,
    }


def _insert_all(con: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        named = dict.fromkeys(name for row in rows for name in row)
        schema = pa.schema([(name, _arrow_type(name)) for name in named])
        statement = f"INSERT INTO findings.{table} BY NAME FROM new_days"
        _insert(con, statement, pa.Table.from_pylist(rows, schema))


def _insert(con: Connection, statement: str, rows: pa.Table) -> None:
    con.register("new_days", rows)
    try:
        con.execute(statement)
    finally:
        con.unregister("new_days")


def _arrow_type(name: str) -> pa.DataType:
    if name in ("revision", "series"):
        return pa.int32()
    if name.endswith("_pct") or name == "probability_of_breach":
        return pa.float64()
    if name.endswith(("_date", "_on")):
        return pa.date32()
    if name.endswith("_at"):
        return pa.timestamp("us", "UTC")
    is_money = name == "amount" or name.endswith("_cost") or name in BAND
    return MONEY if is_money else pa.string()
