"""What people may set about forecasts and budgets.

Apart from the arithmetic, so that reading the settings imports no numpy.
"""

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from tasks.core.model import Frozen

Period = Literal["month", "quarter", "year"]
Measure = Literal["effective", "billed"]


class Projection(Frozen):
    """How the expectation of a series is made."""

    level_days: int = Field(
        14, ge=7, description="Newest days whose mean is the level."
    )
    trend_days: int = Field(
        84, ge=14, description="Days over which growth is looked at."
    )
    damping: float = Field(
        0.99, gt=0, lt=1, description="Share of a day's growth that the next one keeps."
    )
    largest_growth: float = Field(
        0.01, ge=0, description="Most that a day may grow by, as a share of the level."
    )
    weeks: int = Field(8, ge=2, description="Earlier weeks that know the weekday.")
    months: int = Field(
        3, ge=2, description="Earlier months that know what comes once a month."
    )
    sparse_share: float = Field(
        0.25, ge=0, lt=1, description="Share of days with cost below which use is rare."
    )


class Forecasting(Frozen):
    """How far forecasts look ahead, and how their intervals are found."""

    days: int = Field(92, ge=31, le=400, description="Days that are forecast at least.")
    late_kinds: tuple[str, ...] = Field(
        ("tax", "support", "credit", "refund"),
        description="Charge kinds that come when a month is closed.",
    )
    following_kinds: tuple[str, ...] = Field(
        ("tax", "support"),
        description="Those of them that are a share of what else a bill says.",
    )
    rehearsals: int = Field(
        40, ge=8, description="Earlier days from which forecasting is tried out."
    )
    rehearsal_step: int = Field(5, ge=1, description="Days from one to the next.")
    warm_up_days: int = Field(
        56, ge=14, description="Days of history that a rehearsal must have."
    )
    keep_days: int = Field(
        31, ge=1, description="Days that the daily forecasts of earlier runs are kept."
    )
    projection: Projection = Projection()


class BudgetScope(Frozen):
    """What a budget is about; what is not set is everything."""

    provider: str | None = Field(None, description="FOCUS ServiceProviderName.")
    billing_account_id: str | None = None
    sub_account_id: str | None = None
    service_name: str | None = None
    region_id: str | None = None
    charge_kind: str | None = Field(None, description="usage, tax, support …")


class Budget(BudgetScope):
    """An amount that a scope may cost in each month, quarter or year."""

    name: str = Field(min_length=1, description="Name; no two budgets share one.")
    period: Period = "month"
    amount: Decimal = Field(gt=0, description="What it may cost in one period.")
    currency: str = Field(
        min_length=3, max_length=3, description="Billing currency; none is converted."
    )
    cost: Measure = Field("effective", description="Which cost counts.")
    alert_actual_pct: tuple[float, ...] = Field(
        (80.0, 100.0), description="Percents of the amount; what is spent is told at."
    )
    alert_forecast_pct: tuple[float, ...] = Field(
        (100.0,), description="Percents of the amount; what is expected is told at."
    )
    min_probability: float = Field(
        0.5, gt=0, lt=1, description="Probability of a breach from which it is at risk."
    )

    @field_validator("amount", mode="before")
    @classmethod
    def is_exact(cls, amount: object) -> object:
        """Read 1000.1 as it is written, not as a binary fraction."""
        return str(amount) if isinstance(amount, float) else amount

    @field_validator("alert_actual_pct", "alert_forecast_pct")
    @classmethod
    def are_positive(cls, percents: tuple[float, ...]) -> tuple[float, ...]:
        """Refuse thresholds that are always met; return the others in order."""
        if any(percent <= 0 for percent in percents):
            raise ValueError("a threshold must be above 0 percent")
        return tuple(sorted(set(percents)))

    @model_validator(mode="after")
    def is_complete(self) -> Self:
        """Refuse a currency that no bill could name."""
        if self.currency != self.currency.upper():
            raise ValueError(f"write the currency as {self.currency.upper()}")
        return self
