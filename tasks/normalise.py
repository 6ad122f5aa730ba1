"""Bills in the lake in, FOCUS views over them out."""

from dataclasses import dataclass

from prefect import task

from tasks.edge.database import warehouse
from tasks.edge.mapping import focus
from tasks.edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Normalised:
    """What the views show now.

    Attributes:
        bills: Bill versions that count.
    """

    bills: int


@task
def normalise_bills(settings: Settings) -> Normalised:
    """Present every bill as FOCUS rows: refresh the views over the lake."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        bills = focus.install(con, settings.lake_path)
    return Normalised(bills=bills)
