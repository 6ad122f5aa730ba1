"""Which of two sources counts where both tell of one account's month.

``series.daily_cost_versions`` says what versions of different sources have in common:
``bills.comparisons`` keeps it for each pair that was ever known at the same time. The
setting ``prefer`` then says which of two counts; nothing is loaded again for that, and
what does not count stays.
"""

from collections.abc import Sequence

from tasks.edge.database import queries, warehouse

BESIDE = "SELECT bill_id, counted_by, reason FROM bills.versions WHERE counted_by <> ''"


def choose(con: warehouse.Connection, prefer: Sequence[str]) -> bool:
    """Let one version count where several sources tell the same costs.

    Args:
        con: The warehouse, with the daily series of its bills.
        prefer: Sources, formats or kinds, the one to count first; none lets all count.

    Returns:
        Whether other versions count than before; views have to be installed again.
    """
    with warehouse.transaction(con):
        _compare(con)
        con.execute(
            "UPDATE bills.comparisons SET is_covered = (bill_id, other_id) IN"
            f" (SELECT (bill_id, other_id) FROM ({queries.text('bills/covered')}))",
            {"prefer": list(prefer)},
        )
        before = set(con.execute(BESIDE).fetchall())
        after = set(con.execute(queries.text("bills/set_aside")).fetchall())
        for bill_id, _, _ in before - after:
            _count(con, bill_id, "current", None, None)
        for bill_id, counted_by, reason in after - before:
            _count(con, bill_id, "superseded", counted_by, reason)
    return before != after


def _compare(con: warehouse.Connection) -> None:
    """Compare those versions that were not compared yet."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE compared_bills AS "
        + queries.text("bills/compared")
    )
    con.execute(
        "INSERT OR REPLACE INTO bills.comparisons BY NAME "
        + queries.text("bills/comparisons")
    )
    con.execute(
        "UPDATE bills.comparisons SET is_within = FALSE WHERE (bill_id, other_id) IN"
        f" (SELECT (bill_id, other_id) FROM ({queries.text('bills/lacking_days')}))"
    )
    # What has no use to be compared by is not compared again either.
    con.execute(
        "INSERT OR IGNORE INTO bills.comparisons BY NAME"
        " SELECT bill_id, other_id, FALSE AS is_within, FALSE AS is_alike"
        " FROM compared_bills"
    )


def _count(
    con: warehouse.Connection,
    bill_id: str,
    status: str,
    counted_by: str | None,
    reason: str | None,
) -> None:
    con.execute(
        "UPDATE bills.versions SET status = $status, counted_by = $counted_by,"
        " reason = $reason WHERE bill_id = $bill_id",
        {
            "bill_id": bill_id,
            "status": status,
            "counted_by": counted_by,
            "reason": reason,
        },
    )


def covered(con: warehouse.Connection) -> dict[str, list[str]]:
    """Return which versions of other sources count in place of each."""
    rows = con.execute(
        "SELECT bill_id, list(other_id ORDER BY other_id) FROM bills.comparisons"
        " WHERE is_covered GROUP BY bill_id"
    ).fetchall()
    return dict(rows)
