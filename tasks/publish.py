"""Findings out: events to sinks, the warehouse to its readers."""

from dataclasses import dataclass

from prefect import task

from tasks.edge import focus, published, sinks, warehouse
from tasks.edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Published:
    """How many events reached a sink."""

    delivered: int


@task
def publish_events(settings: Settings) -> Published:
    """Deliver the events of the outbox that a sink does not have yet."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        return Published(delivered=sinks.deliver_all(con, settings.sinks))


@dataclass(frozen=True, slots=True)
class Copied:
    """Where readers find the warehouse.

    Attributes:
        path: Absolute path of the published copy.
    """

    path: str


@task
def publish_copy(settings: Settings) -> Copied:
    """Replace the copy that notebooks and dashboards open by what is known now."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        focus.install(con, settings.lake_path)
        path = published.publish(con, settings.published_path)
    return Copied(path=str(path))
