"""Daily cost series in, forecasts and standings of budgets out."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime

from prefect import task

from tasks.core.forecasting import predictions
from tasks.edge.database import warehouse
from tasks.edge.detection import forecasts
from tasks.edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Forecasted:
    """How many series were forecast, and how many budgets stand how.

    Attributes:
        made_on: Newest day that the bills told of; None where they are too few.
    """

    series: int
    budgets: int
    at_risk: int
    breached: int
    made_on: date | None


@task
def forecast_costs(
    settings: Settings,
    as_of: datetime | None = None,
    is_muted: bool = False,  # noqa: FBT001, FBT002 - a parameter that people see in the UI
) -> Forecasted:
    """Forecast every series, its sums and the budgets, and tell what is news."""
    now = as_of or datetime.now(UTC)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        known = forecasts.load(con, settings, now)
        if known is None:
            return Forecasted(0, 0, 0, 0, None)
        made = predictions.predict(
            known.books,
            known.spent,
            settings.budgets,
            settings.forecast,
            closed_after=settings.closed_after_days,
            known_on=known.known_at.date(),
        )
        forecasts.save(
            con, made, known, settings.forecast, as_of=now, is_muted=is_muted
        )
    told = Counter(one.status for one in made.standings)
    return Forecasted(
        series=len(made.days.scopes),
        budgets=len(made.standings),
        at_risk=told["at_risk"],
        breached=told["breached"],
        made_on=known.newest,
    )
