"""Whether a budget holds: probability and day of a breach, and what is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from tasks.core.detectors import Floats
from tasks.core.events import Event, event
from tasks.core.findings.anomalies import ESTIMATE, stable_id
from tasks.core.forecasting import sums
from tasks.core.forecasting.calendar_days import Span
from tasks.core.forecasting.declaration import Budget, BudgetScope
from tasks.core.forecasting.sums import Band, Outlook
from tasks.core.reporting.wording import money

OK, AT_RISK, BREACHED = "ok", "at_risk", "breached"

# A breach is expected on the first day by which it is as likely as not.
AS_LIKELY_AS_NOT = 0.5


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a sum has cost in a span, and what it is expected to cost in all."""

    actual_cost: Decimal
    expected_cost: Decimal
    low_80: Decimal
    high_80: Decimal
    low_95: Decimal
    high_95: Decimal


def amounts(actual: Decimal, rest: Band, place: int) -> Amounts:
    """Add what is still to come of one sum to what it has cost."""

    def total(part: Floats) -> Decimal:
        return actual + Decimal(float(part[place])).quantize(ESTIMATE)

    return Amounts(
        actual_cost=actual,
        expected_cost=total(rest.expected),
        low_80=total(rest.low_80),
        high_80=total(rest.high_80),
        low_95=total(rest.low_95),
        high_95=total(rest.high_95),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a budget stands in one of its periods.

    Attributes:
        budget: The budget.
        span: The period.
        made_on: Newest day that bills tell of.
        series: How many series it is about; 0 means that it names what is not there.
        amounts: In its currency.
        probability: That the period will cost more than the budget's amount.
        breach_date: Day of the breach: that it happened on, or is expected on; None
            where it is less likely than not.
        status: ``ok``, ``at_risk`` or ``breached``.
        actual_pct: Highest of its thresholds that is spent; None below all.
        forecast_pct: Highest of its thresholds that is expected.
    """

    budget: Budget
    span: Span
    made_on: date
    series: int
    amounts: Amounts
    probability: float
    breach_date: date | None
    status: str
    actual_pct: float | None
    forecast_pct: float | None

    @property
    def budget_id(self) -> str:
        """The subject of its events: one budget in one period."""
        return stable_id([self.budget.name, self.span.period, self.span.name])

    @property
    def told(self) -> tuple[object, ...]:
        """What is news when it changes."""
        return (self.status, self.actual_pct, self.forecast_pct)


def judge(
    outlook: Outlook, place: int, budget: Budget, span: Span, actual: Decimal
) -> Standing:
    """Return how a budget stands.

    Args:
        outlook: What is expected.
        place: Which of its sums the budget is about.
        budget: The budget.
        span: One of its periods, which has begun.
        actual: What bills show of it.
    """
    start = outlook.history.start
    first, last = (span.first_date - start).days, (span.last_date - start).days
    found = amounts(actual, sums.rest_of(outlook, first, last), place)
    path = sums.paths(outlook, first, last)[place]
    room = float(budget.amount - actual)
    chances = sums.chance_above(outlook, place, path, room)
    is_breached = actual > budget.amount
    series = int(outlook.members[[place]].sum())
    probability = 1.0 if is_breached else float(chances[-1]) if series else 0.0
    at_risk = probability >= budget.min_probability
    begin = min(outlook.view.today, last)
    likely = np.flatnonzero(chances >= AS_LIKELY_AS_NOT)
    if is_breached:
        day = _passed(outlook, place, budget, first, begin)
    elif series and likely.size and probability >= AS_LIKELY_AS_NOT:
        day = start + timedelta(days=begin + int(likely[0]))
    else:
        day = None
    return Standing(
        budget=budget,
        span=span,
        made_on=outlook.history.day(outlook.view.today),
        series=series,
        amounts=found,
        probability=round(probability, 4),
        breach_date=day,
        status=BREACHED if is_breached else AT_RISK if at_risk else OK,
        actual_pct=_reached(found.actual_cost, budget, budget.alert_actual_pct),
        forecast_pct=_reached(found.expected_cost, budget, budget.alert_forecast_pct),
    )


def revision(now: Standing, before: tuple[int, tuple[object, ...]] | None) -> int:
    """Return the revision of a standing: it counts what was news.

    Args:
        now: The standing.
        before: Revision of the one before it in this period, and what that told.
    """
    if before is None:
        return int(now.told != (OK, None, None))
    return before[0] + (now.told != before[1])


def event_of(
    now: Standing,
    before: tuple[int, tuple[object, ...]] | None,
    occurred_at: datetime,
) -> list[Event]:
    """Return the event that tells of a change; none where nothing changed."""
    number = revision(now, before)
    old: Sequence[object] = before[1] if before else (OK, None, None)
    if number == (before[0] if before else 0):
        return []
    if now.status != old[0]:
        name = "recovered" if now.status == OK else now.status
    elif _rose(old[1], now.actual_pct) or _rose(old[2], now.forecast_pct):
        name = "threshold_reached"
    else:
        return []
    data = data_of(now, number)
    return [event(f"budget.{name}", now.budget_id, number, occurred_at, data)]


def data_of(now: Standing, number: int) -> dict[str, object]:
    """Return what consumers get to know of a budget."""
    budget = now.budget
    return {
        "budget_id": now.budget_id,
        "revision": number,
        "name": budget.name,
        "status": now.status,
        "period": budget.period,
        "first_date": now.span.first_date,
        "last_date": now.span.last_date,
        "made_on": now.made_on,
        **{name: getattr(budget, name) for name in BudgetScope.model_fields},
        "cost": budget.cost,
        "billing_currency": budget.currency,
        "amount": budget.amount,
        "actual_cost": now.amounts.actual_cost,
        "expected_cost": now.amounts.expected_cost,
        "low_80": now.amounts.low_80,
        "high_80": now.amounts.high_80,
        "probability_of_breach": now.probability,
        "breach_date": now.breach_date,
        "reached_actual_pct": now.actual_pct,
        "reached_forecast_pct": now.forecast_pct,
        "summary": sentence(now),
    }


def sentence(now: Standing) -> str:
    """Say in one sentence how a budget stands."""
    budget, found = now.budget, now.amounts
    of = f"Budget {budget.name} for {now.span.name}"
    limit = money(budget.amount, budget.currency)
    if not now.series:
        return f"{of}: no charge is in its scope."
    if now.status == BREACHED:
        when = f" on {now.breach_date}" if now.breach_date else ""
        spent = f"{money(found.actual_cost, budget.currency)} of {limit} are spent"
        return f"{of} is breached: {spent}, passed{when}."
    share = f"{100 * now.probability:.0f}%"
    when = f", expected on {now.breach_date}" if now.breach_date else ""
    ahead = f"{money(found.expected_cost, budget.currency)} of {limit} are expected"
    return f"{of}: {ahead}; a breach has a probability of {share}{when}."


def _passed(
    outlook: Outlook, place: int, budget: Budget, first: int, last: int
) -> date | None:
    """Return the day on which the amount was passed, as far back as days are known."""
    begin = max(first, 0)
    daily = outlook.members[[place]] @ np.nan_to_num(
        outlook.history.costs[:, begin : last + 1]
    )
    over = np.flatnonzero(daily[0].cumsum() > float(budget.amount))
    return outlook.history.day(begin + int(over[0])) if over.size else None


def _reached(
    cost: Decimal, budget: Budget, thresholds: tuple[float, ...]
) -> float | None:
    met = [pct for pct in thresholds if 100 * cost >= Decimal(str(pct)) * budget.amount]
    return max(met, default=None)


def _rose(old: object, new: float | None) -> bool:
    return new is not None and (not isinstance(old, float) or new > old)
