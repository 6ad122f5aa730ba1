"""Daily series: each bill version is read once and its days are kept for ever."""

from collections.abc import Callable
from pathlib import Path

from tasks.core.errors import CheckFailed
from tasks.edge import checks, focus, queries, warehouse
from tasks.edge.focus import Bill

# The view through which a bill is read while its days are written.
LOADING = "bill_being_loaded"


def nobody(_done: int, _all: int) -> None:
    """Take note of progress for nobody."""


def aggregate(
    con: warehouse.Connection,
    lake: Path,
    progress: Callable[[int, int], None] = nobody,
) -> tuple[int, int]:
    """Write the daily series of every bill version that has none yet.

    Each bill is a transaction of its own: a run that is killed goes on with the next.
    A bill that breaks a promise is left out, and the others go on.

    Args:
        con: The warehouse.
        lake: The folder of raw bill versions.
        progress: Told after each bill how many are done, and of how many.

    Returns:
        How many bills were read, and how many rows were written.

    Raises:
        CheckFailed: A bill's rows do not add up; its days were not kept.
        LakeDamaged: A file of a bill is no longer in the lake.
    """
    focus.install_macros(con)
    bills = {bill.bill_id: bill for bill in focus.load_bills(con, lake)}
    pending = [
        row[0] for row in con.execute(queries.text("series/pending_bills")).fetchall()
    ]
    rows = 0
    problems = []
    for done, bill_id in enumerate(pending, start=1):
        try:
            rows += _aggregate(con, bills[bill_id])
        except CheckFailed as error:
            problems.append(str(error))
        progress(done, len(pending))
    found = checks.run(con, "bills")
    checks.store(con, found)
    checks.require(found)
    if problems:
        raise CheckFailed("\n".join(problems))
    return len(pending), rows


def _aggregate(con: warehouse.Connection, bill: Bill) -> int:
    """Write the days of one bill, if its rows keep what they promise."""
    results: list[checks.Checked] = []
    try:
        with warehouse.transaction(con):
            con.execute(
                f"CREATE OR REPLACE TEMP VIEW {LOADING} AS {focus.rows_of([bill])}"
            )
            of_bill = {"charges": LOADING, "bill_id": bill.bill_id}
            results += checks.run(con, "focus", **of_bill)
            checks.require(results)
            rows = _write_days(con, bill)
            results += checks.run(con, "series", **of_bill)
            checks.require(results)
    finally:
        checks.store(con, results)
    return rows


def _write_days(con: warehouse.Connection, bill: Bill) -> int:
    rows = warehouse.replace(
        con,
        "series.daily_cost_versions",
        "series/daily_cost_versions",
        {"charges": LOADING, "bill_id": bill.bill_id, "known_at": bill.known_from},
        keys={"bill_id": bill.bill_id},
    )
    con.execute(
        "INSERT INTO series.aggregated_bills VALUES ($bill_id, $rows, now())",
        {"bill_id": bill.bill_id, "rows": rows},
    )
    return rows
