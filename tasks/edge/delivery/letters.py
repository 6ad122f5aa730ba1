"""What people ask of the outbox: what is in it, and to send some of it again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tasks.core.errors import NothingThere, SinkUnavailable
from tasks.edge.database import queries, warehouse
from tasks.edge.delivery.relay import alone
from tasks.edge.settings import Settings


def listing(
    settings: Settings,
    *,
    event_id: str | None = None,
    event_type: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    is_dead: bool = False,
    most: int = 40,
) -> list[dict[str, Any]]:
    """Return the newest events that fit, in the order of the outbox.

    Args:
        settings: Names the warehouse and the sinks that they may wait for.
        event_id: How the id starts.
        event_type: A part of the type.
        subject: How the subject starts.
        since: Not what happened before.
        is_dead: Only those that a sink refused.
        most: So many.
    """
    with _opened(settings) as con:
        found = queries.rows(
            con,
            "ops/events",
            event_id=event_id,
            event_type=event_type,
            subject=subject,
            since=since,
            is_dead=is_dead,
            most=most,
        )
    sinks = [sink.name for sink in settings.sinks]
    for row in found:
        there = {*row["delivered_to"], *row["refused_by"]}
        row["waiting_for"] = (
            [] if row["is_muted"] else [name for name in sinks if name not in there]
        )
    return found


def one(settings: Settings, event_id: str) -> dict[str, Any]:
    """Return the event whose id starts so.

    Raises:
        NothingThere: None does, or more than one.
    """
    found = listing(settings, event_id=event_id, most=2)
    if len(found) != 1:
        number = "no event has" if not found else "more than one event has"
        raise NothingThere(
            f"{number} an id that starts with {event_id!r}.".capitalize()
        )
    return found[0]


def replay(
    settings: Settings,
    sink: str,
    *,
    since: datetime | None = None,
    subject: str | None = None,
) -> int:
    """Let a sink get events again that it has; return how many.

    They are sent in their order with the next relay, under the same ids.

    Raises:
        NothingThere: The settings have no such sink.
        SinkUnavailable: A relay is at it.
    """
    _must_exist(settings, sink)
    with alone(settings, sink) as is_alone:
        if not is_alone:
            raise SinkUnavailable(f"A relay is at the sink {sink}: try it again.")
        with _opened(settings) as con:
            again = con.execute(
                "DELETE FROM ops.deliveries WHERE sink = $sink AND event_id IN"
                " (SELECT events.event_id FROM ops.events AS events"
                " WHERE events.subject = coalesce($subject, events.subject)"
                " AND events.occurred_at >= coalesce($since, events.occurred_at))"
                " RETURNING event_id",
                {"sink": sink, "subject": subject, "since": since},
            ).fetchall()
    return len(again)


def decide(
    settings: Settings, state: str, sink: str | None, event_ids: Sequence[str]
) -> int:
    """Let dead letters be tried again, or be dropped; return how many.

    Args:
        settings: Names the warehouse.
        state: ``due`` or ``dropped``.
        sink: Only those of this sink.
        event_ids: Only those whose ids start so; none means all.
    """
    if sink is not None:
        _must_exist(settings, sink)
    ids = [one(settings, event_id)["event_id"] for event_id in event_ids]
    with _opened(settings) as con:
        changed = con.execute(
            "UPDATE ops.dead_letters SET state = $state WHERE state <> $state"
            " AND sink = coalesce($sink, sink)"
            " AND (len($ids) = 0 OR list_contains($ids, event_id)) RETURNING event_id",
            {"state": state, "sink": sink, "ids": ids},
        ).fetchall()
    return len(changed)


def _must_exist(settings: Settings, sink: str) -> None:
    names = [one.name for one in settings.sinks]
    if sink not in names:
        raise NothingThere(
            f"The settings have no sink {sink!r}; they have"
            f" {', '.join(names) or 'none'}."
        )


def _opened(settings: Settings) -> Any:
    warehouse.require(settings.database)
    return warehouse.connect(settings.database, wait_seconds=settings.wait_seconds)
