"""Arrival curves: how much of a day's cost bills show so many hours after its end."""

from datetime import UTC, datetime

from tasks.edge.database import warehouse

STALE = """
    SELECT max(aggregated_at) > coalesce(
        (SELECT max(known_at) FROM series.arrival_curves), TIMESTAMPTZ '-infinity'
    )
    FROM series.aggregated_bills
"""


def renew(con: warehouse.Connection) -> int:
    """Learn the curves anew if a daily series came since; return how many rows."""
    row = con.execute(STALE).fetchone()
    if not row or not row[0]:
        return 0
    with warehouse.transaction(con):
        con.execute("DELETE FROM series.arrival_curves")
        return warehouse.insert(
            con,
            "series.arrival_curves",
            "series/arrival_curves",
            {"moment": datetime.now(UTC)},
        )
