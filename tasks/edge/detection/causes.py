"""Bill lines out of the warehouse, drivers into it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import Any

import pyarrow as pa

from tasks.core.attribution.drivers import DIGITS, Driver, Line, explanation
from tasks.core.attribution.tags import Tagged
from tasks.core.findings import lifecycle
from tasks.core.findings.lifecycle import Stored
from tasks.edge.database import bulk, queries
from tasks.edge.database.warehouse import Connection, transaction
from tasks.edge.detection import findings

# Earlier weeks that an anomalous day is compared with. Divides without a remainder.
WEEKS = 4

# Keys of tags that are looked at, and members that a key may have to divide cost.
TAG_KEYS, TAG_MEMBERS = 200, 100

DIMENSIONS = (
    *("resource", "sku", "service", "region"),
    *("sub_account", "billing_account", "provider"),
)


# What is not known of parts of series.
PART = {
    **dict.fromkeys(("resource", "sku", "billing_account", "provider")),
    **dict.fromkeys(("actual_quantity", "earlier_quantity")),
    "is_committed": False,
}

# An anomaly with its drivers.
Explained = tuple[Stored, Sequence[Driver]]


def unexplained(con: Connection) -> list[Stored]:
    """Return the anomalies whose newest revision has no drivers yet."""
    known = {
        tuple(row)
        for row in con.execute(
            "SELECT DISTINCT anomaly_id, revision FROM findings.anomaly_drivers"
        ).fetchall()
    }
    return [
        item
        for item in findings.stored(con, findings.EVER)
        if item.status != lifecycle.RETRACTED
        and (item.anomaly_id, item.revision) not in known
    ]


def lines(con: Connection, wanted: Sequence[Stored]) -> defaultdict[str, list[Line]]:
    """Return the bill lines behind each unexplained anomaly, by its id.

    The bills are left alone where nothing is wanted.
    """
    found: defaultdict[str, list[Line]] = defaultdict(list)
    if not wanted:
        return found
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE compared_days AS"
        f" {queries.text('findings/compared_days')}",
        {"weeks": WEEKS},
    )
    rows = con.sql(queries.text("findings/anomaly_lines"))
    with localcontext(prec=DIGITS):
        for row in rows.to_arrow_table().to_pylist():
            found[row["anomaly_id"]].append(_line(row))
        if any(item.anomaly.tag for item in wanted):
            now = datetime.now(UTC)
            for row in queries.rows(con, "findings/anomaly_parts", as_of=now):
                found[row["anomaly_id"]].append(_line(row | PART))
    return found


def tags(
    con: Connection, wanted: Sequence[Stored], keys: Sequence[str] | None = None
) -> defaultdict[str, list[Tagged]]:
    """Return costs by tag of some anomalies whose lines were just read, by id.

    Args:
        con: The warehouse.
        wanted: The anomalies.
        keys: Keys of tags that may be named; None: any.
    """
    found: defaultdict[str, list[Tagged]] = defaultdict(list)
    if not wanted or keys == ():
        return found
    con.execute(
        "DELETE FROM compared_days WHERE NOT list_contains($ids, anomaly_id)",
        {"ids": [item.anomaly_id for item in wanted]},
    )
    rows = con.execute(
        queries.text("findings/anomaly_tags"),
        {
            "named": None if keys is None else list(keys),
            "keys": TAG_KEYS,
            "members": TAG_MEMBERS,
        },
    )
    with localcontext(prec=DIGITS):
        for anomaly_id, key, value, actual, earlier in rows.fetchall():
            found[anomaly_id].append(Tagged(key, value, actual, earlier / WEEKS))
    return found


def save(con: Connection, explained: Sequence[Explained]) -> None:
    """Store drivers and one sentence for each anomaly, all or nothing."""
    if not explained:
        return
    rows = pa.Table.from_pylist(
        [row for item in explained for row in _rows(item)],
        pa.schema(
            {
                "anomaly_id": pa.string(),
                "rank": pa.int32(),
                "dimension": pa.string(),
                "member": pa.string(),
                "effect": pa.string(),
                "impact": findings.MONEY,
                "share": pa.float64(),
                "revision": pa.int32(),
            }
        ),
    )
    ids = [item.anomaly_id for item, _ in explained]
    sentences = [explanation(item.anomaly, parts) for item, parts in explained]
    with transaction(con):
        con.execute(
            "DELETE FROM findings.anomaly_drivers"
            " WHERE anomaly_id IN (SELECT unnest($ids))",
            {"ids": ids},
        )
        bulk.write(con, "findings.anomaly_drivers", rows, is_replacing=True)
        con.execute(
            "UPDATE findings.anomalies SET explanation = told.explanation"
            " FROM (SELECT unnest($ids) AS anomaly_id,"
            " unnest($explanations) AS explanation) AS told"
            " WHERE anomalies.anomaly_id = told.anomaly_id",
            {"ids": ids, "explanations": sentences},
        )


def _line(row: dict[str, Any]) -> Line:
    def per_week(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else amount / WEEKS

    return Line(
        members={name: row[name] for name in DIMENSIONS},
        is_committed=row["is_committed"],
        actual_cost=row["actual_cost"],
        earlier_cost=row["earlier_cost"] / WEEKS,
        actual_quantity=row["actual_quantity"],
        earlier_quantity=per_week(row["earlier_quantity"]),
    )


def _rows(explained: Explained) -> list[dict[str, Any]]:
    item, drivers = explained
    impact = item.anomaly.impact
    return [
        {
            "anomaly_id": item.anomaly_id,
            "rank": rank,
            "dimension": driver.dimension,
            "member": driver.member,
            "effect": driver.effect,
            "impact": driver.impact,
            "share": round(float(driver.impact / impact), 6) if impact else None,
            "revision": item.revision,
        }
        for rank, driver in enumerate(drivers, start=1)
    ]
