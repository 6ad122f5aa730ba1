"""Reads forecasts and budgets from the warehouse."""

from datetime import date

from tasks.core.reporting.outlook import Outlook, Standing, Total
from tasks.edge.database import queries, warehouse
from tasks.edge.settings import Settings


def load(settings: Settings, made_on: date | None = None) -> Outlook:
    """Return what was forecast, and how budgets stand.

    Args:
        settings: Names the warehouse.
        made_on: Newest day of the bills that it was forecast from; None: the last.

    Raises:
        WarehouseBusy: A run kept the warehouse for longer than we were told to wait.
    """
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        return read(con, made_on)


def read(con: warehouse.Connection, made_on: date | None = None) -> Outlook:
    """Return the same from an open warehouse."""
    totals = queries.run(con, "ops/forecast_totals", made_on=made_on).fetchall()
    return Outlook(
        totals=tuple(Total(*row) for row in totals),
        budgets=tuple(
            Standing(*row) for row in queries.run(con, "ops/budgets").fetchall()
        ),
    )
