"""What the warehouse knows of each sink: what it has, what is under way, what failed.

Every function belongs into a short transaction of the caller's.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from tasks.core.backoff import delay
from tasks.edge.database.warehouse import Connection
from tasks.edge.delivery import outbox
from tasks.edge.delivery.contract import Batch, Told

# A batch is kept in memory, and sent within one transaction of the sink's.
LARGEST_EVENTS = 10_000
LARGEST_BYTES = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class Standing:
    """How the relay stands with a sink.

    Attributes:
        relay_id: The sink knows this warehouse by it.
        next_at: To be left alone until then; None if it need not be.
        batches: Number of the last batch.
        failures: Since it last worked.
    """

    relay_id: str
    next_at: datetime | None
    batches: int
    failures: int


def standing(con: Connection, sink: str) -> Standing:
    """Return how the relay stands with a sink; make its acquaintance if need be."""
    con.execute(
        "INSERT OR IGNORE INTO ops.sinks (sink, relay_id, batches, failures)"
        " VALUES ($sink, $relay_id, 0, 0)",
        {"sink": sink, "relay_id": uuid4().hex},
    )
    row = con.execute(
        "SELECT relay_id, next_at, batches, failures FROM ops.sinks WHERE sink = $sink",
        {"sink": sink},
    ).fetchone()
    if row is None:
        raise AssertionError("it was just written")
    return Standing(*row)


def forgotten(con: Connection, sinks: list[str]) -> list[str]:
    """Return the sinks that were brought something and are not among these."""
    rows = con.execute(
        "SELECT sink FROM ops.sinks WHERE worked_at IS NOT NULL"
        " AND sink NOT IN (SELECT unnest($sinks::VARCHAR[])) ORDER BY sink",
        {"sinks": sinks},
    ).fetchall()
    return [sink for (sink,) in rows]


def under_way(con: Connection, sink: str) -> Batch | None:
    """Return the batch of which nobody knows whether it arrived."""
    row = con.execute(
        "SELECT batch_id, number, mark, event_ids FROM ops.batches WHERE sink = $sink",
        {"sink": sink},
    ).fetchone()
    if row is None:
        return None
    batch_id, number, mark, event_ids = row
    told = con.execute(
        "SELECT events.event_id, events.subject, events.payload"
        " FROM unnest($ids) WITH ORDINALITY AS wanted (event_id, place)"
        " INNER JOIN ops.events AS events ON wanted.event_id = events.event_id"
        " ORDER BY wanted.place",
        {"ids": event_ids},
    ).fetchall()
    return Batch(batch_id, number, mark, tuple(Told(*one) for one in told))


def claim(con: Connection, sink: str, mark: str, now: datetime) -> Batch | None:
    """Write down the next batch of a sink, and return it; None where nothing is due."""
    told = outbox.undelivered(
        con, sink, now, most=LARGEST_EVENTS, most_bytes=LARGEST_BYTES
    )
    if not told:
        return None
    number = standing(con, sink).batches + 1
    batch = Batch(uuid4().hex, number, mark, tuple(Told(*one) for one in told))
    con.execute(
        "INSERT INTO ops.batches"
        " (batch_id, sink, number, mark, event_ids, claimed_at)"
        " VALUES ($batch_id, $sink, $number, $mark, $event_ids, $now)",
        {
            "batch_id": batch.batch_id,
            "sink": sink,
            "number": number,
            "mark": mark,
            "event_ids": [one.event_id for one in batch.events],
            "now": now,
        },
    )
    con.execute(
        "UPDATE ops.sinks SET batches = $number WHERE sink = $sink",
        {"number": number, "sink": sink},
    )
    return batch


def settle(
    con: Connection,
    sink: str,
    batch: Batch,
    now: datetime,
    *,
    refused: Mapping[str, str],
) -> None:
    """Tick off a batch that has arrived, without those that were refused."""
    arrived = [told.event_id for told in batch.without(refused)]
    outbox.acknowledge(con, sink, arrived)
    con.execute(
        "DELETE FROM ops.dead_letters"
        " WHERE sink = $sink AND event_id IN (SELECT unnest($arrived))",
        {"sink": sink, "arrived": arrived},
    )
    for event_id, reason in refused.items():
        _bury(con, sink, event_id, reason, now)
    forget(con, batch)


def refuse(
    con: Connection, sink: str, reasons: Mapping[str, str], now: datetime
) -> None:
    """Write down what a state sink does not take now, by the event that told of it."""
    con.execute(
        "DELETE FROM ops.dead_letters"
        " WHERE sink = $sink AND event_id NOT IN (SELECT unnest($now::VARCHAR[]))",
        {"sink": sink, "now": list(reasons)},
    )
    for event_id, reason in reasons.items():
        _bury(con, sink, event_id, reason, now)


def forget(con: Connection, batch: Batch) -> None:
    """Let a batch be of which nothing has arrived; its events are due again."""
    con.execute(
        "DELETE FROM ops.batches WHERE batch_id = $batch_id",
        {"batch_id": batch.batch_id},
    )


def worked(
    con: Connection, sink: str, now: datetime, *, rest: timedelta = timedelta()
) -> None:
    """Write down that a sink took something, and how long it may be left alone."""
    con.execute(
        "UPDATE ops.sinks SET failures = 0, reason = NULL, failed_since = NULL,"
        " failed_at = NULL, next_at = $next_at, worked_at = $now WHERE sink = $sink",
        {"sink": sink, "now": now, "next_at": now + rest if rest else None},
    )


def failed(con: Connection, sink: str, reason: str, now: datetime) -> None:
    """Write down that a sink failed, and leave it alone for a while."""
    [failures] = con.execute(
        "UPDATE ops.sinks SET failures = failures + 1, reason = $reason,"
        " failed_since = coalesce(failed_since, $now), failed_at = $now"
        " WHERE sink = $sink RETURNING failures",
        {"sink": sink, "reason": reason, "now": now},
    ).fetchone() or [1]
    con.execute(
        "UPDATE ops.sinks SET next_at = $next_at WHERE sink = $sink",
        {"sink": sink, "next_at": now + delay(failures, random.random())},  # noqa: S311 - spreads retries, hides nothing
    )


def _bury(
    con: Connection, sink: str, event_id: str, reason: str, now: datetime
) -> None:
    con.execute(
        "INSERT INTO ops.dead_letters"
        " (event_id, sink, reason, attempts, first_at, last_at, state)"
        " VALUES ($event_id, $sink, $reason, 1, $now, $now, 'dead')"
        " ON CONFLICT (event_id, sink) DO UPDATE SET reason = excluded.reason,"
        " attempts = attempts + 1, last_at = excluded.last_at, state = 'dead'",
        {"event_id": event_id, "sink": sink, "reason": reason, "now": now},
    )
