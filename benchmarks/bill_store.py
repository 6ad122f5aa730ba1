"""How long an export takes from disk to the daily series, against the bare scan.

``python -m benchmarks.bill_store --rows 10000000`` simulates CUR 2.0 exports and
times, in turn and in one process each:

- ``bare``: DuckDB's own aggregate of the same raw columns, without any mapping;
- ``series``: our mapping to FOCUS, its checks, and the daily series in the warehouse;
- ``ingest``: the copy into the lake with digest, row count and exact totals.

It prints the median of each and the ratio to ``bare``.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from tasks.edge import daily, focus, warehouse
from tasks.edge.intake import bills
from tasks.edge.settings import Settings, load
from tasks.edge.simulator import company

BARE = """
    SELECT
        line_item_usage_start_date::DATE AS charge_date,
        line_item_usage_account_id,
        line_item_product_code,
        product_region_code,
        line_item_line_item_type,
        line_item_currency_code,
        sum(line_item_unblended_cost) AS billed_cost,
        sum(savings_plan_savings_plan_effective_cost) AS savings_plan_cost,
        sum(reservation_effective_cost) AS reservation_cost,
        sum(pricing_public_on_demand_cost) AS list_cost,
        sum(line_item_usage_amount) AS consumed_quantity
    FROM read_parquet($files)
    GROUP BY ALL
"""


def timed(work: Callable[[], object]) -> float:
    """Return the wall seconds that ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def exported(folder: Path) -> list[str]:
    """Return the Parquet files of all exports below a folder."""
    return sorted(str(path) for path in folder.glob("aws/cur2/**/*.parquet"))


def bare(files: list[str]) -> None:
    """Aggregate the raw columns and fetch the rows."""
    with duckdb.connect() as con:
        con.execute(BARE, {"files": files}).fetchall()


def aggregate(settings: Settings) -> None:
    """Forget the daily series and write it anew."""
    with warehouse.connect(settings.database) as con:
        con.execute("DELETE FROM series.daily_cost_versions")
        con.execute("DELETE FROM series.aggregated_bills")
        daily.aggregate(con, settings.lake_path)


def measure(
    folder: Path, rows: int, months: int, rounds: int
) -> tuple[int, dict[str, list[float]]]:
    """Simulate bills and time each way of reading them, ``rounds`` times in turn.

    Returns:
        How many rows the exports hold, all versions counted, and the seconds.
    """
    company.simulate(folder / "bills", rows=rows, months=months, formats=("aws_cur2",))
    settings = load(None, database=str(folder / "costwarden.duckdb"))
    files = exported(folder / "bills")
    seconds: dict[str, list[float]] = {"bare": [], "series": [], "ingest": []}
    seconds["ingest"].append(
        timed(lambda: bills.ingest(settings, [str(folder / "bills" / "aws")]))
    )
    with warehouse.connect(settings.database) as con:
        focus.install(con, settings.lake_path)
        loaded = con.execute("SELECT sum(row_count) FROM bills.versions").fetchall()
    print(f"{loaded[0][0]:,} rows in {len(files)} files")
    for _ in range(rounds):
        seconds["bare"].append(timed(lambda: bare(files)))
        seconds["series"].append(timed(lambda: aggregate(settings)))
    return int(loaded[0][0]), seconds


def main() -> None:
    """Print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--months", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        loaded, seconds = measure(Path(folder), args.rows, args.months, args.rounds)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"{'what':<8} {'median s':>9} {'x bare':>7} {'rows/s':>12}")
    for name, median in medians.items():
        ratio = median / medians["bare"]
        print(f"{name:<8} {median:>9.2f} {ratio:>7.2f} {loaded / median:>12,.0f}")


if __name__ == "__main__":
    main()
