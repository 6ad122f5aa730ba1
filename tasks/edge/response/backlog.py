"""Hears events from the outbox itself, where no Kafka is."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from tasks.core.errors import WarehouseBusy
from tasks.core.response.calls import TYPES
from tasks.core.response.records import Record
from tasks.edge.database import queries, warehouse
from tasks.edge.people import mutes
from tasks.edge.settings import Settings

POLL_SECONDS = 2.0
LOOK_SECONDS = 600

Result = TypeVar("Result")


def hear(
    settings: Settings,
    work: Callable[[Sequence[Record]], Result],
    *,
    is_following: bool,
) -> list[Result]:
    """Let events that nobody answered be answered, in order.

    Args:
        settings: Name the warehouse, which is only looked into after it has changed.
        work: Answers records, in order.
        is_following: Wait for more instead of coming to an end.

    Raises:
        WarehouseBusy: Somebody kept the warehouse for too long, and we are not to wait
            any longer.
    """
    seen = None
    while True:
        changed = _changed(settings)
        if changed != seen:
            with suppress(*((WarehouseBusy,) if is_following else ())):
                waiting = unanswered(settings)
                seen = changed
                result = [work(waiting)] if waiting else []
                if not is_following:
                    return result
        time.sleep(POLL_SECONDS)


def unanswered(settings: Settings) -> list[Record]:
    """Return the events that may call for a response and have none, oldest first."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        mutes.refresh(con)
        rows = queries.run(
            con, "ops/unanswered", at=datetime.now(UTC), types=list(TYPES)
        ).fetchall()
    return [Record(event_id, payload.encode()) for event_id, payload in rows]


def _changed(settings: Settings) -> tuple[int, ...]:
    """Return what is different after each write, and now and then: mutes end, too."""
    database = Path(settings.database)
    files = (database, database.with_name(f"{database.name}.wal"))
    return (
        int(time.time() // LOOK_SECONDS),
        *(
            number
            for file in files
            if file.exists()
            for number in (file.stat().st_mtime_ns, file.stat().st_size)
        ),
    )
