"""The outbox: events are written in the transaction of what they tell of."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from tasks.core.events import Event
from tasks.edge.database import queries
from tasks.edge.database.warehouse import Connection
from tasks.edge.people import mutes


def add(con: Connection, events: Iterable[Event], is_muted: bool = False) -> int:  # noqa: FBT001, FBT002 - one flag, named at each call
    """Write events to ``ops.events``; belongs into the caller's transaction.

    An event whose id is there already is left as it was first told.

    Args:
        con: The warehouse, inside a transaction.
        events: In the order in which they happened.
        is_muted: True keeps them from being delivered, as a backfill wants it.

    Returns:
        How many were new.
    """
    new: dict[str, Event] = {}
    for told in events:
        new.setdefault(told.event_id, told)
    rows = new.values()
    before = _count(con)
    if rows:
        # Not INSERT OR IGNORE, which mixes up the order.
        con.execute(
            "INSERT INTO ops.events (event_id, event_type, subject, revision, payload,"
            " occurred_at, is_muted) SELECT told.* EXCLUDE (place), $is_muted FROM ("
            " SELECT unnest($event_ids) AS event_id, unnest($types),"
            " unnest($subjects), unnest($revisions), unnest($payloads),"
            " unnest($times), unnest(range(len($event_ids))) AS place) AS told"
            " WHERE event_id NOT IN (SELECT events.event_id FROM ops.events AS events)"
            " ORDER BY place",
            {
                "event_ids": [told.event_id for told in rows],
                "types": [told.event_type for told in rows],
                "subjects": [told.subject for told in rows],
                "revisions": [told.revision for told in rows],
                "payloads": [told.payload for told in rows],
                "times": [told.occurred_at for told in rows],
                "is_muted": is_muted,
            },
        )
    return _count(con) - before


def revisions(con: Connection) -> dict[str, int]:
    """Return the newest revision that was told of each subject."""
    return dict(
        con.execute(
            "SELECT subject, max(revision) FROM ops.events GROUP BY subject"
        ).fetchall()
    )


def undelivered(
    con: Connection,
    sink: str,
    at: datetime | None = None,
    *,
    most: int = sys.maxsize,
    most_bytes: int = sys.maxsize,
) -> list[tuple[str, str, str]]:
    """Return ``(event_id, subject, payload)`` of what a sink lacks, in order.

    Args:
        con: The warehouse.
        sink: Name of the sink.
        at: What is muted at this time, by default now, waits.
        most: So many events at most.
        most_bytes: So long together at most; a single longer one is returned alone.
    """
    if not waits(con, sink):
        return []
    mutes.refresh(con)
    found = queries.run(
        con,
        "findings/undelivered",
        sink=sink,
        at=at or datetime.now(UTC),
        most=most,
        most_bytes=most_bytes,
    )
    return found.fetchall()


def waits(con: Connection, sink: str) -> bool:
    """Return whether a sink lacks any event, muted by somebody or not."""
    found = con.execute(
        "SELECT 1 FROM ops.events AS events WHERE NOT events.is_muted"
        " AND NOT EXISTS (SELECT 1 FROM ops.deliveries AS deliveries"
        " WHERE deliveries.sink = $sink AND deliveries.event_id = events.event_id)"
        " AND NOT EXISTS (SELECT 1 FROM ops.dead_letters AS letters"
        " WHERE letters.sink = $sink AND letters.event_id = events.event_id"
        " AND letters.state = 'dropped') LIMIT 1",
        {"sink": sink},
    )
    return found.fetchone() is not None


def acknowledge(con: Connection, sink: str, event_ids: list[str]) -> None:
    """Remember that a sink has these events."""
    con.execute(
        "INSERT OR IGNORE INTO ops.deliveries (event_id, sink, delivered_at)"
        " SELECT unnest($event_ids), $sink, now()",
        {"event_ids": event_ids, "sink": sink},
    )


def _count(con: Connection) -> int:
    found = con.execute("SELECT count(*) FROM ops.events").fetchone()
    return int(found[0]) if found else 0
