"""Export files in, bill versions out."""

from datetime import datetime

from prefect import task

from tasks.edge.intake import bills
from tasks.edge.intake.ingested import Ingested
from tasks.edge.settings import Settings

__all__ = ["Ingested", "ingest_bills"]


@task
def ingest_bills(
    settings: Settings,
    paths: list[str],
    source: str | None = None,
    known_at: datetime | None = None,
) -> Ingested:
    """Load the exports below the paths; refused ones are told in ``problems``."""
    return bills.ingest(settings, paths, source, known_at)
