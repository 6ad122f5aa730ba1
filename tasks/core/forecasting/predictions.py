"""All that one run predicts: series by day, sums by period, and budgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from tasks.core.detectors import Flags
from tasks.core.findings.anomalies import Scope
from tasks.core.findings.runs import Book
from tasks.core.forecasting import budgets, scopes, sums
from tasks.core.forecasting.budgets import Amounts, Standing
from tasks.core.forecasting.calendar_days import MONTHS, Ints, Span, span_of
from tasks.core.forecasting.declaration import Budget, Forecasting, Measure, Period
from tasks.core.forecasting.projection import Kinds
from tasks.core.forecasting.rehearsal import History, needed_days
from tasks.core.forecasting.scopes import Summed
from tasks.core.forecasting.sums import Band, Outlook

# With fewer days of bills nothing is predicted.
LEAST_DAYS = 14
# An account without a bill for so long has ended: nothing of it is still to arrive.
ENDED_DAYS = 45

# What is told of every sum; budgets may have years too.
TOLD: tuple[Period, ...] = ("month", "quarter")

NOTHING = Decimal(0)

# What a series has cost in a span, exactly.
Spent = Mapping[Span, Mapping[Scope, Decimal]]


@dataclass(frozen=True, slots=True)
class Total:
    """What a sum of series is expected to cost in a month or quarter."""

    summed: Summed
    span: Span
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Days:
    """What series are expected to cost by day.

    Attributes:
        first_date: Day of the first column.
        scopes: ``n_series`` of them.
        band: Arrays ``(n_series, horizon)``.
    """

    first_date: date
    scopes: Sequence[Scope]
    band: Band


@dataclass(frozen=True, slots=True)
class Made:
    """What one run predicts."""

    days: Days
    totals: Sequence[Total]
    standings: Sequence[Standing]


def spans(newest: date, closed_after: int, periods: Sequence[Period]) -> list[Span]:
    """Return the periods that are told of: those that run, and those not closed yet.

    Examples:
        >>> [span.name for span in spans(date(2026, 4, 3), 10, ["month", "quarter"])]
        ['2026-03', '2026-04', '2026-Q1', '2026-Q2']
    """
    found = []
    for period in periods:
        now = span_of(period, newest)
        before = span_of(period, now.first_date - timedelta(days=1))
        if (newest - before.last_date).days < closed_after:
            found.append(before)
        found.append(now)
    return found


def horizon(newest: date, asked: Sequence[Budget], params: Forecasting) -> int:
    """Return how many days after the newest one have to be looked at."""
    periods = {*TOLD, *(budget.period for budget in asked)}
    ends = [(span_of(period, newest).last_date - newest).days for period in periods]
    return max(params.days, *ends)


def predict(
    books: Mapping[Measure, Book],
    spent: Mapping[Measure, Spent],
    asked: Sequence[Budget],
    params: Forecasting,
    *,
    closed_after: int,
    known_on: date,
) -> Made:
    """Predict days of series, sums by month and quarter, and budgets.

    Args:
        books: The same series by measure; effective cost is always there.
        spent: What each series has cost in each span of ``told_spans``.
        asked: The budgets.
        params: See ``Forecasting``.
        closed_after: Days after its end from which a month is closed.
        known_on: Day of the newest knowledge among the bills.
    """
    standings = []
    for measure in sorted(books):
        book = books[measure]
        series = book.scopes
        summed = scopes.summed(series)
        mine = [budget for budget in asked if budget.cost == measure]
        members = [
            *(one.rows for one in summed),
            *(scopes.of_budget(series, budget) for budget in mine),
        ]
        newest = book.panel.day(book.panel.n_days - 1)
        ahead = horizon(newest, asked, params)
        history = _history(book, params, closed_after, known_on)
        membership = scopes.membership(members, len(series))
        outlook = sums.forecast(history, membership, ahead, params)
        for place, budget in enumerate(mine, start=len(summed)):
            for span in spans(newest, closed_after, [budget.period]):
                known = spent[measure][span]
                costs = (known.get(series[row], NOTHING) for row in members[place])
                actual = sum(costs, NOTHING)
                standings.append(budgets.judge(outlook, place, budget, span, actual))
    # Effective cost comes last.
    told = spans(newest, closed_after, TOLD)
    return Made(
        days=Days(newest + timedelta(days=1), series, sums.series_days(outlook)),
        totals=_totals(outlook, summed, told, spent["effective"], series),
        standings=standings,
    )


def _history(
    book: Book, params: Forecasting, closed_after: int, known_on: date
) -> History:
    panel = book.panel
    kept = max(panel.n_days - needed_days(params), 0)
    kinds = np.array(panel.charge_kinds, dtype=object)
    return History(
        start=panel.day(kept),
        costs=panel.costs[:, kept:],
        lag=_lag(book.settled),
        kinds=Kinds(
            is_late=np.isin(kinds, params.late_kinds),
            follows=np.isin(kinds, params.following_kinds),
            is_metered=kinds == "usage",
        ),
        accounts=panel.accounts,
        closed_after=closed_after,
        known_ahead=max((known_on - panel.day(panel.n_days - 1)).days, 0),
        holidays=panel.holidays,
    )


def _totals(
    outlook: Outlook,
    asked: Sequence[Summed],
    told: Sequence[Span],
    spent: Spent,
    series: Sequence[Scope],
) -> list[Total]:
    found = []
    for span in told:
        start = outlook.history.start
        first, last = (span.first_date - start).days, (span.last_date - start).days
        rest = sums.rest_of(outlook, first, last)
        costs = [spent[span].get(one, NOTHING) for one in series]
        for place, one in enumerate(asked):
            actual = sum((costs[row] for row in one.rows.tolist()), NOTHING)
            found.append(Total(one, span, budgets.amounts(actual, rest, place)))
    return found


def measures(asked: Sequence[Budget]) -> list[Measure]:
    """Return the measures to forecast; effective cost always is."""
    return ["effective", *({budget.cost for budget in asked} - {"effective"})]


def told_spans(newest: date, closed_after: int, asked: Sequence[Budget]) -> list[Span]:
    """Return every span whose spending has to be known."""
    periods = [
        period
        for period in MONTHS
        if period in TOLD or period in {budget.period for budget in asked}
    ]
    return spans(newest, closed_after, periods)


def _lag(settled: Flags) -> Ints:
    """Return how many of the newest days of each series may be incomplete."""
    n_days = settled.shape[1]
    lag = np.argmax(settled[:, ::-1], axis=1)
    lag = np.where(settled.any(axis=1), lag, n_days)
    return np.where(lag > ENDED_DAYS, 0, lag)
