"""Feedback: what people say of anomalies, kept for ever, and what it closes."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tasks.core.detection.people import Feedback
from tasks.core.errors import NothingThere
from tasks.core.findings import lifecycle
from tasks.core.findings.anomalies import ESTIMATE, Anomaly, Scope, Tag, stable_id
from tasks.core.findings.lifecycle import Stored
from tasks.edge.costs.series import SCOPE
from tasks.edge.database import queries, warehouse
from tasks.edge.delivery import outbox
from tasks.edge.detection import findings
from tasks.edge.reporting import lookups
from tasks.edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Said:
    """What was stored, and how the anomaly stands now."""

    feedback_id: str
    anomaly_id: str
    verdict: str
    author: str
    status: str


def give(
    settings: Settings,
    anomaly_id: str,
    *,
    verdict: str,
    author: str,
    reason: str,
    at: datetime | None = None,
) -> Said:
    """Store what somebody says of an anomaly, and close it where that follows.

    What is expected is resolved, a false alarm is retracted, at once and with an event.
    What else follows shows in the next detection.

    Raises:
        NothingThere: No anomaly, or more than one, has an id that starts so.
        WarehouseBusy: A run kept the warehouse for longer than we were told to wait.
    """
    now = at or datetime.now(UTC)
    with lookups.waiting(settings) as con:
        full_id = lookups.one_anomaly(con, anomaly_id)["anomaly_id"]
        [item] = findings.stored(con, findings.EVER, only=full_id)
        said = _row(item, verdict, author, reason, now)
        change = lifecycle.closed(item, verdict)
        with warehouse.transaction(con):
            con.execute(
                f"INSERT INTO ops.feedback ({', '.join(said)})"
                f" VALUES ({', '.join(f'${name}' for name in said)})",
                said,
            )
            if change is not None:
                _close(con, change.stored)
                told = lifecycle.event_of(change, settings.detect, now)
                outbox.add(con, told)
    status = change.stored.status if change else item.status
    return Said(said["feedback_id"], full_id, verdict, author, status)


def known(con: warehouse.Connection, as_of: datetime) -> list[Feedback]:
    """Return the last word on each anomaly that was given by a moment.

    What somebody said of costs that moved counts for both places.
    """
    return [
        said
        for row in queries.rows(con, "ops/feedback", as_of=as_of)
        for said in _said(row)
    ]


def _said(row: dict[str, Any]) -> list[Feedback]:
    origin = row.pop("moved_from")
    tag = Tag.named(row.pop("tag_key"), row.pop("tag_value"))
    said = Feedback(
        scope=Scope(**{name: row.pop(name) for name in SCOPE}),
        rolled_up=tuple(row.pop("rolled_up")),
        dates=tuple(row.pop("dates")),
        daily_impact=float(row.pop("daily_impact")),
        tag=tag,
        **row,
    )
    if origin is None:
        return [said]
    there = replace(said.scope, **origin)
    return [said, replace(said, scope=there, direction="down")]


def _row(
    item: Stored, verdict: str, author: str, reason: str, now: datetime
) -> dict[str, Any]:
    if not item.anomaly.days:
        raise NothingThere(f"Anomaly {item.anomaly_id} has no days any more.")
    impact, percent = largest_day(item.anomaly)
    return {
        "feedback_id": stable_id([item.anomaly_id, verdict, author, now.isoformat()]),
        "anomaly_id": item.anomaly_id,
        "revision": item.revision,
        "verdict": verdict,
        "author": author,
        "reason": reason,
        "given_at": now,
        "kind": item.anomaly.kind,
        "dates": [day.charge_date for day in item.anomaly.days],
        "daily_impact": impact,
        "daily_pct": percent,
    }


def largest_day(anomaly: Anomaly) -> tuple[Decimal, float | None]:
    """Return the largest deviation on one day, in money and in percent.

    Percent are None where nothing was expected on any day. Of costs that moved it is
    what moved on a day on average.
    """
    if anomaly.moved_from is not None:
        return (anomaly.size / len(anomaly.days)).quantize(ESTIMATE), None
    offs = [(abs(day.actual_cost - day.expected_cost), day) for day in anomaly.days]
    percents = [
        float(off / abs(day.expected_cost) * 100)
        for off, day in offs
        if day.expected_cost
    ]
    return max(off for off, _ in offs), max(percents, default=None)


def _close(con: warehouse.Connection, new: Stored) -> None:
    """Keep what explains the anomaly: only its status changes."""
    values = {"id": new.anomaly_id, "revision": new.revision}
    con.execute(
        "UPDATE findings.anomalies SET status = $status, revision = $revision"
        " WHERE anomaly_id = $id",
        {**values, "status": new.status},
    )
    for table in ("anomaly_drivers", "anomaly_notes"):
        con.execute(
            f"UPDATE findings.{table} SET revision = $revision WHERE anomaly_id = $id",
            values,
        )
