"""FOCUS rows in, daily series out."""

from dataclasses import dataclass

from prefect import task

from tasks.edge.costs import arrivals, daily, tag_costs
from tasks.edge.database import warehouse
from tasks.edge.mapping import counting, focus
from tasks.edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Aggregated:
    """What was added to the series.

    Attributes:
        bills: Bill versions that were read.
        rows: Days of series that they gave.
    """

    bills: int
    rows: int


@task
def aggregate_costs(settings: Settings) -> Aggregated:
    """Add the daily series of every bill version that has none yet."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        bills, rows = daily.aggregate(con, settings.lake_path)
        tag_costs.aggregate(con, settings.lake_path, settings.detect.tags)
        if counting.choose(con, settings.prefer):
            focus.install(con, settings.lake_path)
        arrivals.renew(con)
    return Aggregated(bills=bills, rows=rows)
