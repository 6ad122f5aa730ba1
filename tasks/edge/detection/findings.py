"""Anomalies in the warehouse."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa

from tasks.core.detection.declaration import Detection
from tasks.core.findings import lifecycle
from tasks.core.findings.anomalies import Anomaly, Day, Note, Scope, Tag, severity
from tasks.core.findings.lifecycle import Change, Stored
from tasks.core.findings.sentences import sentence
from tasks.edge.costs.series import SCOPE, Loaded
from tasks.edge.database import bulk, queries
from tasks.edge.database.warehouse import Connection, insert, transaction
from tasks.edge.delivery import outbox
from tasks.edge.people import changes as nearby

FIRST = date(1, 1, 1)
EVER = (FIRST, date(9999, 12, 31))

MONEY = pa.decimal128(38, 18)
TIME = pa.timestamp("us", "UTC")
PLACE = pa.struct([(name, pa.string()) for name in lifecycle.PLACE])

DAY = (
    "charge_date",
    "actual_cost",
    "expected_cost",
    "expected_low",
    "expected_high",
    "score",
)

# What an anomaly has besides its scope, its days and what they come to.
OWN = (
    *("rolled_up", "kind", "direction", "detector", "p_value"),
    *("lasting_cost", "spread_over", "moved_from", "moved_cost"),
    *("tag_key", "tag_value"),
)


def days_to_judge(
    con: Connection,
    loaded: Loaded,
    params: Detection,
    *,
    from_date: date | None,
    to_date: date | None,
    as_of: datetime,
) -> tuple[date, date]:
    """Return the first and last day that a run answers for.

    Without dates: from the oldest day that was never judged, or whose bill has another
    version than the one judged, at least the last ``look_back_days``, to the newest.
    """
    last = min(to_date, loaded.newest) if to_date else loaded.newest
    if from_date:
        return from_date, last
    unseen = queries.run(
        con, "findings/unscored_days", as_of=as_of, first=FIRST, last=last
    ).fetchall()
    changed = queries.run(con, "findings/changed_bills", as_of=as_of).fetchall()
    recent = last - timedelta(days=params.look_back_days - 1)
    firsts = [row[-1] for row in unseen] + [row[-2] for row in changed]
    return min([recent, *firsts]), last


def reaching(days: tuple[date, date], found: Sequence[Anomaly]) -> tuple[date, date]:
    """Return the days of every anomaly that has a day in a range.

    What is stored of them all has to be known: one that began before the range may be
    another one's beginning.
    """
    touching = [
        one for one in found if one.first_date <= days[1] and days[0] <= one.last_date
    ]
    firsts = [one.first_date for one in touching]
    lasts = [one.last_date for one in touching]
    return min([days[0], *firsts]), max([days[1], *lasts])


def stored(
    con: Connection, days: tuple[date, date], only: str | None = None
) -> list[Stored]:
    """Return the stored anomalies that have a day in a range, or one of them."""
    columns = ", ".join((*SCOPE, *OWN))
    query = (
        f"SELECT anomaly_id, revision, status, detected_at, {columns}"
        " FROM findings.anomalies"
        " WHERE first_date <= $last AND last_date >= $first"
        " AND anomaly_id = coalesce($only, anomaly_id)"
        " ORDER BY first_date, anomaly_id"
    )
    values = {"first": days[0], "last": days[1], "only": only}
    known = con.sql(query, params=values).to_arrow_table().to_pylist()
    by_id: dict[str, list[Day]] = {row["anomaly_id"]: [] for row in known}
    for anomaly_id, *day in con.execute(
        f"SELECT anomaly_id, {', '.join(DAY)} FROM findings.anomaly_days"
        " ORDER BY anomaly_id, charge_date"
    ).fetchall():
        if anomaly_id in by_id:
            by_id[anomaly_id].append(Day(*day))
    notes = _notes(con)
    return [
        _stored(row, by_id[row["anomaly_id"]], notes[row["anomaly_id"]])
        for row in known
    ]


def _notes(con: Connection) -> dict[str, list[Note]]:
    notes: dict[str, list[Note]] = defaultdict(list)
    for anomaly_id, *note in con.execute(
        "SELECT anomaly_id, source, title, until_date, explained_cost"
        " FROM findings.anomaly_notes ORDER BY rowid"
    ).fetchall():
        notes[anomaly_id].append(Note(*note))
    return notes


def save(
    con: Connection,
    changes: Sequence[Change],
    loaded: Loaded,
    params: Detection,
    *,
    days: tuple[date, date],
    scored_at: datetime,
    is_muted: bool,
) -> None:
    """Store what changed, its events, and which days were judged, all or nothing."""
    known_at = loaded.known_at or scored_at
    new = [item.stored for item in changes]
    with transaction(con):
        if new:
            _save_anomalies(con, new, params, known_at)
            _save_days(con, new, scored_at)
            _save_notes(con, new)
        _remember(con, days, scored_at)
        near = nearby.near(con, [item.anomaly_id for item in new], scored_at)
        events = [
            told
            for item in changes
            for told in lifecycle.event_of(
                item, params, scored_at, near.get(item.stored.anomaly_id, ())
            )
        ]
        outbox.add(con, events, is_muted=is_muted)


def _stored(row: dict[str, Any], days: list[Day], notes: list[Note]) -> Stored:
    anomaly = Anomaly(
        scope=Scope(**{name: row[name] for name in SCOPE}),
        rolled_up=tuple(row["rolled_up"]),
        kind=row["kind"],
        direction=row["direction"],
        detector=row["detector"],
        status=row["status"],
        days=tuple(days),
        p_value=row["p_value"],
        notes=tuple(notes),
        lasting_cost=row["lasting_cost"],
        spread_over=row["spread_over"],
        moved_from=Scope(**{name: row[name] for name in SCOPE} | row["moved_from"])
        if row["moved_from"]
        else None,
        moved_cost=row["moved_cost"],
        tag=Tag.named(row["tag_key"], row["tag_value"]),
    )
    return Stored(
        row["anomaly_id"], row["revision"], row["status"], row["detected_at"], anomaly
    )


def _save_anomalies(
    con: Connection, new: list[Stored], params: Detection, known_at: datetime
) -> None:
    rows = [_row(item, params, known_at) for item in new]
    schema = pa.schema([(name, _arrow_type(name)) for name in rows[0]])
    told = pa.Table.from_pylist(rows, schema)
    bulk.write(con, "findings.anomalies", told, is_replacing=True)


def _row(item: Stored, params: Detection, known_at: datetime) -> dict[str, Any]:
    anomaly = item.anomaly
    return {
        "anomaly_id": item.anomaly_id,
        "revision": item.revision,
        "status": item.status,
        "kind": anomaly.kind,
        "direction": anomaly.direction,
        **{name: getattr(anomaly.scope, name) for name in SCOPE},
        "first_date": anomaly.first_date,
        "last_date": anomaly.last_date,
        "detected_at": item.detected_at,
        "known_at": known_at,
        "actual_cost": anomaly.actual_cost,
        "expected_cost": anomaly.expected_cost,
        "expected_low": anomaly.expected_low,
        "expected_high": anomaly.expected_high,
        "impact": anomaly.impact,
        "impact_pct": anomaly.impact_pct,
        "score": anomaly.score,
        "p_value": anomaly.p_value,
        "severity": severity(anomaly.impact, params),
        "detector": anomaly.detector,
        "explanation": sentence(anomaly),
        "rolled_up": list(anomaly.rolled_up),
        "lasting_cost": anomaly.lasting_cost,
        "spread_over": anomaly.spread_over,
        "moved_from": lifecycle.place(anomaly.moved_from),
        "moved_cost": anomaly.moved_cost,
        "tag_key": anomaly.tag.key if anomaly.tag else None,
        "tag_value": anomaly.tag.value if anomaly.tag else None,
    }


def _save_days(con: Connection, new: list[Stored], scored_at: datetime) -> None:
    rows = [
        {
            "anomaly_id": item.anomaly_id,
            **{name: getattr(day, name) for name in DAY},
            "scored_at": scored_at,
        }
        for item in new
        for day in item.anomaly.days
    ]
    schema = pa.schema([(name, _arrow_type(name)) for name in rows[0]])
    con.execute(
        "DELETE FROM findings.anomaly_days WHERE anomaly_id IN (SELECT unnest($ids))",
        {"ids": [item.anomaly_id for item in new]},
    )
    told = pa.Table.from_pylist(rows, schema)
    bulk.write(con, "findings.anomaly_days", told, is_replacing=True)


def _save_notes(con: Connection, new: list[Stored]) -> None:
    con.execute(
        "DELETE FROM findings.anomaly_notes WHERE anomaly_id IN (SELECT unnest($ids))",
        {"ids": [item.anomaly_id for item in new]},
    )
    for item in new:
        for note in item.anomaly.notes:
            con.execute(
                "INSERT INTO findings.anomaly_notes (anomaly_id, revision, source,"
                " title, until_date, explained_cost) VALUES ($1, $2, $3, $4, $5, $6)",
                [item.anomaly_id, item.revision, *astuple(note)],
            )


def _arrow_type(name: str) -> pa.DataType:
    if name in ("revision", "spread_over"):
        return pa.int32()
    if name == "rolled_up":
        return pa.list_(pa.string())
    if name == "moved_from":
        return PLACE
    for suffix, kind in (("_date", pa.date32()), ("_at", TIME)):
        if name.endswith(suffix):
            return kind
    if name in ("score", "impact_pct", "p_value"):
        return pa.float64()
    is_money = name in ("impact", "expected_low", "expected_high")
    return MONEY if is_money or name.endswith("_cost") else pa.string()


def _remember(con: Connection, days: tuple[date, date], scored_at: datetime) -> None:
    for bill in queries.run(con, "findings/changed_bills", as_of=scored_at).fetchall():
        *judged, first, last = bill
        if days[0] <= first and last <= days[1]:
            _remember_bill(con, judged)
    insert(
        con,
        "findings.scored_days",
        "findings/unscored_days",
        {"as_of": scored_at, "first": days[0], "last": days[1]},
    )


def _remember_bill(con: Connection, judged: Sequence[object]) -> None:
    con.execute(
        "DELETE FROM findings.judged_bills WHERE source = $1"
        " AND billing_account_id IS NOT DISTINCT FROM $2 AND billing_period = $3",
        judged[:3],
    )
    con.execute(
        "INSERT INTO findings.judged_bills (source, billing_account_id,"
        " billing_period, bill_id, judged_at) VALUES ($1, $2, $3, $4, $5)",
        judged,
    )
