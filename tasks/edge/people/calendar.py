"""Planned events: what people tell of before it happens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tasks.core.detection.people import Plan, Planned
from tasks.core.errors import NothingThere
from tasks.core.findings.anomalies import stable_id
from tasks.edge.database import queries, warehouse
from tasks.edge.settings import Settings

SETTINGS_FILE = "settings file"
FIELDS = tuple(Planned.model_fields)


@dataclass(frozen=True, slots=True)
class Listed:
    """Planned events by column name, the first to begin first."""

    events: tuple[dict[str, Any], ...]


def add(
    settings: Settings, event: Planned, author: str, at: datetime | None = None
) -> str:
    """Put an event on the calendar and return its id."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        return _insert(con, event, author, at or datetime.now(UTC))


def remove(
    settings: Settings, event_id: str, author: str, at: datetime | None = None
) -> dict[str, Any]:
    """Take an event off the calendar, from now on, and return it.

    Raises:
        NothingThere: No event on it, or more than one, has an id that starts so.
    """
    now = at or datetime.now(UTC)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        known = [row for row in _rows(con, now) if row["removed_at"] is None]
        found = [row for row in known if row["event_id"].startswith(event_id)]
        if len(found) != 1:
            raise NothingThere(
                f"{len(found)} planned events have an id that starts with"
                f" {event_id!r}: see costwarden calendar."
            )
        _remove(con, found[0]["event_id"], author, now)
    return found[0]


def listing(settings: Settings) -> Listed:
    """Return what is on the calendar, the settings' events included."""
    now = datetime.now(UTC)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        take_over(con, settings.planned, now)
        return Listed(
            tuple(row for row in _rows(con, now) if row["removed_at"] is None)
        )


def take_over(
    con: warehouse.Connection, planned: Iterable[Planned], at: datetime
) -> None:
    """Let the calendar hold the settings' events, as of when they were first seen.

    An event that is no longer in the settings is taken off, and one that was changed
    is another event: what was told before does not change.
    """
    written = list(planned)
    for row in _rows(con, at):
        if row["author"] != SETTINGS_FILE or row["removed_at"] is not None:
            continue
        event = _event(row)
        if event in written:
            written.remove(event)
        else:
            _remove(con, row["event_id"], SETTINGS_FILE, at)
    for event in written:
        _insert(con, event, SETTINGS_FILE, at)


def plans(con: warehouse.Connection, as_of: datetime) -> list[Plan]:
    """Return the events that were told by a moment."""
    return [
        Plan(_event(row), row["created_at"], row["removed_at"])
        for row in _rows(con, as_of)
    ]


def _insert(
    con: warehouse.Connection, event: Planned, author: str, at: datetime
) -> str:
    told = {name: getattr(event, name) for name in FIELDS}
    event_id = stable_id([author, at.isoformat(), *map(str, told.values())])
    values = {"event_id": event_id, **told, "author": author, "created_at": at}
    con.execute(
        f"INSERT OR IGNORE INTO ops.planned_events ({', '.join(values)})"
        f" VALUES ({', '.join(f'${name}' for name in values)})",
        values,
    )
    return event_id


def _remove(
    con: warehouse.Connection, event_id: str, author: str, at: datetime
) -> None:
    con.execute(
        "UPDATE ops.planned_events SET removed_at = $at, removed_by = $author"
        " WHERE event_id = $event_id",
        {"at": at, "author": author, "event_id": event_id},
    )


def _event(row: dict[str, Any]) -> Planned:
    return Planned(**{name: row[name] for name in FIELDS})


def _rows(con: warehouse.Connection, as_of: datetime) -> list[dict[str, Any]]:
    return queries.rows(con, "ops/planned_events", as_of=as_of)
