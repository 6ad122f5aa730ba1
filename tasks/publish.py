"""Findings out: events to sinks, the warehouse to its readers."""

from dataclasses import dataclass, field

from prefect import task

from tasks.edge.database import published, warehouse
from tasks.edge.delivery.declaration import HttpSink
from tasks.edge.delivery.relay import relay
from tasks.edge.mapping import focus
from tasks.edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Published:
    """What reached sinks.

    Attributes:
        delivered: Events.
        shown: Alerts and samples that state sinks were sent.
        refused: Events that a sink will not take.
        failed_sinks: How many sinks took nothing.
        problems: One sentence for each of these.
        remarks: What else sinks have to say.
    """

    delivered: int
    shown: int
    refused: int
    failed_sinks: int
    problems: list[str]
    remarks: list[str] = field(default_factory=list)


@task
def publish_events(settings: Settings, *, is_patient: bool = False) -> Published:
    """Bring every sink up to date.

    A sink that fails is told of and fails nothing: its events wait in the outbox.

    Args:
        settings: Names the warehouse and the sinks.
        is_patient: Leave a sink alone that has failed a moment ago.
    """
    done = relay(settings, is_patient=is_patient)
    states = {sink.name for sink in settings.sinks if isinstance(sink, HttpSink)}
    shown = sum(done.by_sink.get(name, 0) for name in states)
    return Published(
        done.delivered - shown,
        shown,
        done.refused,
        len(done.problems),
        list(done.problems),
        list(done.remarks),
    )


@dataclass(frozen=True, slots=True)
class Copied:
    """Where readers find the warehouse.

    Attributes:
        path: Absolute path of the published copy.
    """

    path: str


@task
def publish_copy(settings: Settings, *, are_views_new: bool = False) -> Copied:
    """Replace the copy that notebooks and dashboards open by what is known now.

    Args:
        settings: Name the warehouse and the copy.
        are_views_new: They were renewed a moment ago; it takes as long as the copy.
    """
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        if not are_views_new:
            focus.install(con, settings.lake_path)
        path = published.publish(con, settings.published_path)
    return Copied(path=str(path))
