"""Daily series: each bill version is read once, and its days are kept for ever."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tasks.core.intake.formats.recognition import BILLS
from tasks.edge.costs import sums
from tasks.edge.database import queries, warehouse
from tasks.edge.mapping import focus, macros, products
from tasks.edge.mapping.focus import Bill
from tasks.edge.reconciling import checks
from tasks.edge.reconciling.checks import Checked

# Charge rows that are read in one transaction: few bills cost little more than one, and
# a killed run loses no more than this.
BATCH_ROWS = 5_000_000

# The view through which the bills of a batch are read.
LOADING = "charges_being_loaded"


def nobody(_done: int, _of: int) -> None:
    """Tell nobody about progress."""


def aggregate(
    con: warehouse.Connection,
    lake: Path,
    progress: Callable[[int, int], None] = nobody,
) -> tuple[int, int]:
    """Write the daily series of every bill version that has none yet.

    A bill that breaks a promise is left out, and the others go on. A run that is
    killed goes on with the batch that it was at.

    Args:
        con: The warehouse.
        lake: The folder of raw bill versions.
        progress: Told after each batch how many bills are done, and of how many.

    Returns:
        How many bills were read, and how many rows they gave.

    Raises:
        CheckFailed: The rows of some bills do not add up; their days were not kept.
        LakeDamaged: A file of a bill is no longer in the lake.
    """
    with warehouse.transaction(con):
        macros.install(con)
    bills = {bill.bill_id: bill for bill in focus.load_bills(con, lake)}
    pending = con.execute(queries.text("series/pending_bills")).fetchall()
    results: list[Checked] = []
    done = rows = 0
    for batch in batches(pending):
        found, written = _aggregate(con, [bills[bill_id] for bill_id in batch])
        results += found
        rows += written
        done += len(batch)
        progress(done, len(pending))
    with warehouse.transaction(con):
        checks.store(con, whole := checks.run(con, "bills"))
    checks.require(results + whole)
    return done, rows


def batches(
    pending: Iterable[tuple[str, int]], rows: int = BATCH_ROWS
) -> Iterator[list[str]]:
    """Divide bills into runs of at most so many rows; a larger bill is one of its own.

    Examples:
        >>> list(batches([("a", 3), ("b", 2), ("c", 9), ("d", 1)], rows=5))
        [['a', 'b'], ['c'], ['d']]
    """
    batch: list[str] = []
    total = 0
    for bill_id, row_count in pending:
        if batch and total + row_count > rows:
            yield batch
            batch, total = [], 0
        batch.append(bill_id)
        total += row_count
    if batch:
        yield batch


def _aggregate(
    con: warehouse.Connection, bills: Iterable[Bill]
) -> tuple[list[Checked], int]:
    """Write the days of some bills; return what the checks found, and the rows."""
    batch = list(bills)
    with warehouse.transaction(con):
        for bill in batch:
            products.learn(con, BILLS[bill.source_format], bill.files)
        rows = sums.of_bills(con, batch)
        con.execute(f"CREATE OR REPLACE TEMP VIEW {LOADING} AS {rows}")
        con.execute(
            "CREATE OR REPLACE TEMP TABLE charge_groups AS "
            + queries.text("series/charge_groups"),
            {"charges": LOADING},
        )
        results = checks.run(con, "focus")
        refused = {result.subject for result in results if result.is_broken}
        con.execute(
            "DELETE FROM charge_groups WHERE list_contains($refused, bill_id)",
            {"refused": list(refused)},
        )
        written = _write_days(
            con, [bill.bill_id for bill in batch if bill.bill_id not in refused]
        )
        checks.require(series := checks.run(con, "series"))
        results += series
        checks.store(con, results, [bill.bill_id for bill in batch])
    return results, written


def _write_days(con: warehouse.Connection, bill_ids: list[str]) -> int:
    con.execute(
        "DELETE FROM series.daily_cost_versions WHERE list_contains($ids, bill_id)",
        {"ids": bill_ids},
    )
    rows = warehouse.insert(
        con, "series.daily_cost_versions", "series/daily_cost_versions", {}
    )
    con.execute(
        "INSERT INTO series.aggregated_bills BY NAME"
        " SELECT unnest($ids) AS bill_id, now() AS aggregated_at",
        {"ids": bill_ids},
    )
    return rows
