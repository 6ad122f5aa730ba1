"""How the pipeline itself stands, out of what it wrote down."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tasks.core.figures.health import Gauge, gauges
from tasks.edge.database import queries, warehouse
from tasks.edge.database.warehouse import Connection
from tasks.edge.delivery.declaration import JsonLines, Kafka
from tasks.edge.people import mutes
from tasks.edge.settings import Settings


def read(settings: Settings, now: datetime | None = None) -> list[Gauge]:
    """Open the warehouse and return how the pipeline stands.

    Raises:
        WarehouseBusy: Another process kept it for too long.
    """
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        return load(con, settings, now or datetime.now(UTC))


def load(con: Connection, settings: Settings, now: datetime) -> list[Gauge]:
    """Return how the pipeline stands at a time."""
    return list(
        gauges(
            [
                *queries.rows(con, "ops/flow_health"),
                *queries.rows(con, "ops/stage_health"),
                *queries.rows(con, "ops/source_health", at=now),
                *queries.rows(
                    con,
                    "ops/sink_health",
                    sinks=[sink.name for sink in settings.sinks],
                ),
                *_backlogs(con, settings, now),
                *queries.rows(con, "ops/predicted_savings"),
                _disk(settings),
            ]
        )
    )


def _backlogs(
    con: Connection, settings: Settings, now: datetime
) -> Iterator[dict[str, Any]]:
    """Yield what each event sink should have by now; what is muted may wait."""
    mutes.refresh(con)
    for sink in settings.sinks:
        if not isinstance(sink, JsonLines | Kafka):
            continue
        due = con.execute(
            f"WITH due AS ({queries.text('findings/undelivered')})"
            " SELECT count(*), coalesce(epoch($at - min(events.occurred_at)), 0)"
            " FROM due"
            " INNER JOIN ops.events AS events ON due.event_id = events.event_id",
            {"sink": sink.name, "at": now, "most": 2**31, "most_bytes": 2**62},
        ).fetchone()
        count, age = due or (0, 0.0)
        yield {
            "sink": sink.name,
            "undelivered_events": count,
            "undelivered_oldest_seconds": max(age, 0.0),
        }


def _disk(settings: Settings) -> dict[str, Any]:
    path = Path(settings.database).absolute()
    return {
        "disk_free_bytes": shutil.disk_usage(path.parent).free,
        "warehouse_bytes": path.stat().st_size,
    }
