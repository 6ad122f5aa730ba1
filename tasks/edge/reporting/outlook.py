"""Reads the newest forecasts and budgets from the warehouse."""

from tasks.core.reporting.outlook import Outlook, Standing, Total
from tasks.edge.database import queries, warehouse
from tasks.edge.settings import Settings


def load(settings: Settings) -> Outlook:
    """Return what was forecast last, and how budgets stand.

    Raises:
        WarehouseBusy: A run kept the warehouse for longer than we were told to wait.
    """
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        return read(con)


def read(con: warehouse.Connection) -> Outlook:
    """Return the same from an open warehouse."""
    return Outlook(
        totals=tuple(
            Total(*row) for row in queries.run(con, "ops/forecast_totals").fetchall()
        ),
        budgets=tuple(
            Standing(*row) for row in queries.run(con, "ops/budgets").fetchall()
        ),
    )
