"""Forecasts and budgets as people read them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tasks.core.reporting import wording

WORDS = {"ok": "ok", "at_risk": "at risk", "breached": "breached"}


@dataclass(frozen=True, slots=True)
class Total:
    """What a sum is expected to cost in a month or quarter; as in its table."""

    made_on: date
    level: str
    provider: str | None
    billing_account_id: str | None
    sub_account_id: str | None
    service_name: str | None
    billing_currency: str
    period: str
    first_date: date
    last_date: date
    actual_cost: Decimal
    expected_cost: Decimal
    low_80: Decimal
    high_80: Decimal
    low_95: Decimal
    high_95: Decimal

    @property
    def scope(self) -> str:
        """What is summed."""
        account = self.sub_account_id or self.billing_account_id
        return wording.scope([self.service_name, account, self.provider])


@dataclass(frozen=True, slots=True)
class Standing:
    """How a budget stands in one period; as in its table."""

    budget_id: str
    made_on: date
    revision: int
    name: str
    status: str
    period: str
    first_date: date
    last_date: date
    provider: str | None
    billing_account_id: str | None
    sub_account_id: str | None
    service_name: str | None
    region_id: str | None
    charge_kind: str | None
    cost: str
    billing_currency: str
    series: int
    amount: Decimal
    actual_cost: Decimal
    expected_cost: Decimal
    low_80: Decimal
    high_80: Decimal
    low_95: Decimal
    high_95: Decimal
    probability_of_breach: float
    breach_date: date | None
    reached_actual_pct: float | None
    reached_forecast_pct: float | None
    summary: str
    known_at: datetime

    @property
    def scope(self) -> str:
        """What the budget is about."""
        return wording.scope(
            [
                self.charge_kind,
                self.service_name,
                self.region_id,
                self.sub_account_id,
                self.billing_account_id,
                self.provider,
            ]
        )


@dataclass(frozen=True, slots=True)
class Outlook:
    """The newest forecasts and budgets."""

    totals: tuple[Total, ...] = ()
    budgets: tuple[Standing, ...] = ()


def now(totals: Sequence[Total], period: str) -> list[Total]:
    """Return the totals of the period that runs, leaving out one not closed yet."""
    asked = [one for one in totals if one.period == period]
    first = max((one.first_date for one in asked), default=None)
    return [one for one in asked if one.first_date == first]


def months(outlook: Outlook) -> list[Total]:
    """Return what everything costs in the month that runs, the dearest currency first.

    The order is one of numbers only: nothing is converted.
    """
    found = [one for one in now(outlook.totals, "month") if one.level == "total"]
    return sorted(found, key=lambda one: (-abs(one.actual_cost), one.billing_currency))


def lines(outlook: Outlook) -> Iterator[str]:
    """Say in a line for each currency what the month will cost, and of budgets."""
    for one in months(outlook):
        amount = wording.money(one.expected_cost, one.billing_currency)
        between = " and ".join(map(wording.amount, (one.low_80, one.high_80)))
        yield (
            f"The month to {wording.day(one.last_date)} is expected to cost"
            f" {amount} (four times in five between {between})."
        )
    for budget in outlook.budgets:
        if budget.status != "ok":
            yield budget.summary


def limits(outlook: Outlook, total: Total) -> list[Standing]:
    """Return the budgets for all that a total sums, in its period."""
    return [
        one
        for one in outlook.budgets
        if one.scope == wording.scope([])
        and one.cost == "effective"
        and (one.first_date, one.last_date) == (total.first_date, total.last_date)
        and one.billing_currency == total.billing_currency
    ]


def interval(low: Decimal, high: Decimal) -> str:
    """Write an interval.

    Examples:
        >>> interval(Decimal("1234.567"), Decimal(2000))
        '1,234.57 to 2,000.00'
    """
    return f"{wording.amount(low)} to {wording.amount(high)}"
