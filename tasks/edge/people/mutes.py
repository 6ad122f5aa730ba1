"""Mutes: scopes of which nobody is told until a date."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tasks.core.detection.people import SCOPE_FILTERS, Filter
from tasks.core.errors import BadPeriod, NothingThere
from tasks.core.findings.anomalies import stable_id
from tasks.edge.database import queries, warehouse
from tasks.edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Listed:
    """What holds now, by column name, the first to end first.

    Attributes:
        mutes: Made by ``costwarden mute``.
        silences: Made in Alertmanager, as a relay last saw them.
    """

    mutes: tuple[dict[str, Any], ...]
    silences: tuple[dict[str, Any], ...] = ()


def mute(
    settings: Settings,
    scope: Filter,
    *,
    until: date,
    author: str,
    reason: str,
    at: datetime | None = None,
) -> str:
    """Tell nobody of a scope until the end of a day (UTC); return the mute's id.

    Raises:
        BadPeriod: That day is over.
    """
    now = at or datetime.now(UTC)
    ends_at = datetime.combine(until + timedelta(days=1), time(), UTC)
    if ends_at <= now:
        raise BadPeriod(f"{until} is over: name a day from today on.")
    asked = {name: getattr(scope, name) for name in SCOPE_FILTERS}
    mute_id = stable_id([now.isoformat(), author, str(until), *asked.values()])
    values = {
        "mute_id": mute_id,
        **asked,
        "until_date": until,
        "author": author,
        "reason": reason,
        "created_at": now,
        "ends_at": ends_at,
    }
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        con.execute(
            f"INSERT INTO ops.mutes ({', '.join(values)})"
            f" VALUES ({', '.join(f'${name}' for name in values)})",
            values,
        )
    return mute_id


def unmute(
    settings: Settings, mute_id: str, author: str, at: datetime | None = None
) -> dict[str, Any]:
    """End a mute now and return it.

    Raises:
        NothingThere: No mute that holds, or more than one, has an id that starts so.
    """
    now = at or datetime.now(UTC)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        held = queries.rows(con, "ops/mutes", at=now)
        found = [row for row in held if row["mute_id"].startswith(mute_id)]
        if len(found) != 1:
            raise NothingThere(
                f"{len(found)} mutes have an id that starts with {mute_id!r}: see"
                " costwarden mute. A silence is ended in Alertmanager."
            )
        con.execute(
            "UPDATE ops.mutes SET ends_at = $at, ended_by = $author"
            " WHERE mute_id = $mute_id",
            {"at": now, "author": author, "mute_id": found[0]["mute_id"]},
        )
    return found[0]


def listing(settings: Settings, at: datetime | None = None) -> Listed:
    """Return the mutes and silences that hold."""
    now = at or datetime.now(UTC)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        return Listed(
            mutes=tuple(queries.rows(con, "ops/mutes", at=now)),
            silences=tuple(queries.rows(con, "ops/silences", at=now)),
        )


def refresh(con: warehouse.Connection) -> None:
    """Fill the temporary table of which mute, or silence, covers which anomaly."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE muted_anomalies AS "
        + queries.text("findings/muted_anomalies")
    )
    if con.execute("SELECT 1 FROM ops.silences LIMIT 1").fetchone():
        label(con)
        con.execute(
            "INSERT INTO muted_anomalies BY NAME "
            + queries.text("alerts/silenced_anomalies")
        )


def label(con: warehouse.Connection) -> None:
    """Fill the temporary table of the labels that anomalies have as alerts."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE alert_labels AS "
        + queries.text("alerts/alert_labels")
    )
