"""Reads what a run found from the warehouse."""

from typing import TypeVar

from tasks.core.reporting.overview import (
    Finding,
    Overview,
    Rate,
    Reason,
    Saving,
)
from tasks.core.reporting.rows import Youth
from tasks.edge.database import queries, warehouse
from tasks.edge.settings import Settings

Row = TypeVar("Row")


def load(settings: Settings) -> Overview:
    """Return the anomalies, savings, decisions and quarantined exports."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        return Overview(
            findings=_all(con, "ops/anomalies", Finding),
            savings=_all(con, "ops/savings", Saving),
            reasons=_all(con, "ops/decisions", Reason),
            quarantined=tuple(
                why for (why,) in queries.run(con, "ops/quarantined").fetchall()
            ),
            rate=_rate(con, settings),
            youth=youth(con, settings),
        )


def _rate(con: warehouse.Connection, settings: Settings) -> Rate | None:
    """Return how many anomalies began a week; None where no day was judged."""
    [(told,)] = queries.run(con, "ops/alert_rate").fetchall()
    if told is None:
        return None
    return Rate(float(told), settings.detect.alerts_per_week)


def youth(con: warehouse.Connection, settings: Settings) -> Youth | None:
    """Return how short the history is; None where it is long enough or not there."""
    [(known,)] = queries.run(con, "ops/known_days").fetchall()
    needed = settings.detect.seasonality.warm_up_days
    if known is None or known > needed:
        return None
    return Youth(int(known), needed)


def _all(con: warehouse.Connection, query: str, make: type[Row]) -> tuple[Row, ...]:
    """Columns stand in the order of the attributes."""
    return tuple(make(*row) for row in queries.run(con, query).fetchall())
