"""Anomalies in, the reasons for them out."""

from dataclasses import dataclass

from prefect import task

from tasks.core.attribution import drivers, tags
from tasks.edge.database import warehouse
from tasks.edge.detection import causes
from tasks.edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Explained:
    """How many anomalies got drivers."""

    anomalies: int


@task
def explain_anomalies(
    settings: Settings,
    is_muted: bool = False,  # noqa: ARG001, FBT001, FBT002 - as every stage; no event here
) -> Explained:
    """Split the impact of each new revision into what drove it."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        found = causes.unexplained(con)
        lines = causes.lines(con, found)
        told = [
            (item, drivers.explain(item.anomaly, lines[item.anomaly_id]))
            for item in found
        ]
        unclear = [item for item, parts in told if tags.wanted(item.anomaly, parts)]
        tagged = causes.tags(con, unclear, settings.explain.tags)
        explained = [
            (
                item,
                tags.explain(
                    item.anomaly, parts, lines[item.anomaly_id], tagged[item.anomaly_id]
                ),
            )
            for item, parts in told
        ]
        causes.save(con, explained)
    return Explained(anomalies=len(explained))
