"""What a daily run takes when the warehouse holds many series.

A warehouse is filled with days of made-up series, all of it is judged once, and then
one day more arrives: a new version of the running month, as bills come. Each stage of
the run on that morning is measured in a process of its own.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks import measuring, pace
from benchmarks.measuring import Bar
from benchmarks.sections import Report
from benchmarks.works import peak_mib

FIRST = date(2025, 1, 1)
DAYS = 400

# Series are written so many at a time.
BLOCK = 5_000

# What a billing account, a sub-account and a region have of them.
IN_BILLING_ACCOUNT, IN_SUB_ACCOUNT, IN_REGION = 10_000, 40, 20

# One series in so many doubles on the newest day.
ODD = 2_000

# Largest number of series for which a bar is stated, and what it is.
MOST, SECONDS, MIB = 100_000, 60.0, 4_096.0

STAGES = ("aggregate", "detect", "explain", "forecast", "publish", "report")


def settings(folder: Path) -> Any:
    """Return the settings of a warehouse in a folder."""
    from tasks.edge.settings import Settings

    return Settings(
        database=str(folder / "costs.duckdb"),
        lake=str(folder / "lake"),
        published=str(folder / "published.duckdb"),
        report=str(folder / "report.html"),
    )


def fill(folder: Path, series: int) -> None:
    """Write the bills of all days but the last one, as known on the day after."""
    from tasks.edge import focus, warehouse

    given = settings(folder)
    with warehouse.connect(given.database) as con:
        for rows in _rows(series, DAYS - 1):
            _insert(con, rows)
        _know(con, "TRUE", 1)
        focus.install(con, given.lake_path)


def add_day(folder: Path, series: int) -> None:
    """Write a new version of the last month, with one day more."""
    from tasks.edge import focus, warehouse

    given = settings(folder)
    month = (FIRST + timedelta(days=DAYS - 1)).replace(day=1)
    with warehouse.connect(given.database) as con:
        for rows in _rows(series, DAYS, since=month, version=2):
            _insert(con, rows)
        _know(con, "bill_id LIKE '%.v2'", 2)
        focus.install(con, given.lake_path)


def _rows(
    series: int, days: int, since: date = FIRST, version: int = 1
) -> Iterator[pa.Table]:
    """Yield the rows of some days, block by block of series."""
    for first in range(0, series, BLOCK):
        count = min(BLOCK, series - first)
        costs = pace.costs(count, DAYS, seed=first)
        costs[::ODD, -1] *= 3
        kept = slice((since - FIRST).days, days)
        yield _table(first + np.arange(count), costs[:, kept], since, version)


def _table(numbers: Any, costs: Any, since: date, version: int) -> pa.Table:
    rows = np.repeat(numbers, costs.shape[1])
    dates = np.datetime64(since) + np.tile(np.arange(costs.shape[1]), len(costs))
    return pa.table(
        {"number": rows, "charge_date": dates, "cost": costs.ravel()}
    ).append_column("version", pa.array(np.full(len(rows), version)))


def _insert(con: Any, rows: pa.Table) -> None:
    con.register("new_days", rows)
    con.execute(
        "INSERT INTO series.daily_cost_versions BY NAME"
        " SELECT charge_date::DATE AS charge_date, 'AWS' AS provider,"
        f" 'payer-' || (number // {IN_BILLING_ACCOUNT}) AS billing_account_id,"
        f" printf('account-%06d', number // {IN_SUB_ACCOUNT}) AS sub_account_id,"
        f" printf('service-%02d', number % {IN_REGION}) AS service_name,"
        f" 'region-' || (number // {IN_REGION}) % {IN_SUB_ACCOUNT // IN_REGION}"
        " AS region_id, 'usage' AS charge_kind, 'USD' AS billing_currency,"
        " cost::DECIMAL(32, 6) AS billed_cost, cost::DECIMAL(32, 6) AS effective_cost,"
        " (cost / 3)::DECIMAL(32, 6) AS consumed_quantity,"
        " billing_account_id || strftime(charge_date, '.%Y-%m.v') || version"
        " AS bill_id FROM new_days ORDER BY charge_date, number"
    )
    con.unregister("new_days")


def _know(con: Any, which: str, version: int) -> None:
    """Make bill versions of the rows; months that are over were known days later."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE bills_of_days AS"
        " SELECT bill_id, any_value(billing_account_id) AS billing_account_id,"
        " strftime(max(charge_date), '%Y-%m') AS billing_period, count(*) AS row_count,"
        " least(max(charge_date) + 10, max(max(charge_date)) OVER () + 1)"
        " + INTERVAL 6 HOURS AS known_at"
        f" FROM series.daily_cost_versions WHERE {which} GROUP BY bill_id"
    )
    con.execute(
        "UPDATE bills.versions SET status = 'superseded'"
        " WHERE billing_period IN (SELECT billing_period FROM bills_of_days)"
    )
    con.execute(
        "INSERT INTO bills.versions BY NAME SELECT *, 'made-up' AS source,"
        f" 'focus' AS source_format, 'AWS' AS provider, {version} AS version,"
        " 'current' AS status, bill_id AS digest, known_at AS loaded_at,"
        " []::VARCHAR[] AS files, known_at AS pruned_at FROM bills_of_days"
    )
    con.execute(
        "INSERT INTO series.aggregated_bills SELECT bill_id, known_at"
        " FROM bills_of_days"
    )


def stage(name: str, folder: Path) -> dict[str, Any]:
    """Do one stage of a run; return what it took."""
    given = settings(folder)
    work = _works()[name]
    begun, used = time.perf_counter(), time.process_time()
    told = work(given)
    return {
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - used,
        "mib": peak_mib(),
        "told": repr(told),
    }


def _works() -> dict[str, Callable[[Any], Any]]:
    from tasks.aggregate import aggregate_costs
    from tasks.detect import detect_anomalies
    from tasks.explain import explain_anomalies
    from tasks.forecast import forecast_costs
    from tasks.publish import publish_copy
    from tasks.report import write_report

    now = datetime(2026, 2, 5, 12, tzinfo=UTC)
    return {
        "aggregate": aggregate_costs.fn,
        "detect": lambda given: detect_anomalies.fn(given, as_of=now),
        "explain": explain_anomalies.fn,
        "forecast": lambda given: forecast_costs.fn(given, as_of=now),
        "publish": publish_copy.fn,
        "report": write_report.fn,
    }


def measure(report: Report, sizes: list[int]) -> None:
    """Measure warehouses of several sizes; print, and keep bars for the largest."""
    for series in sizes:
        with tempfile.TemporaryDirectory(prefix="costwarden-daily-") as place:
            _do("fill", place, series)
            _do("detect", place, series)
            _do("add_day", place, series)
            report.say(f"{series:,} series of {DAYS} days, one day more:")
            for name in STAGES:
                found = _do(name, place, series)
                report.say(
                    f"  {name:<10} {found['seconds']:>7.1f} s"
                    f" {found['cpu']:>7.1f} s of CPU {found['mib']:>8,.0f} MiB"
                )
                if name == "detect" and series == MOST:
                    said = f"daily run of {series:,} series: detect"
                    report.add(Bar(said, SECONDS, found["seconds"], "s"))
                    report.add(Bar("memory of it", MIB, found["mib"], "MiB"))


def _do(name: str, place: str, series: int) -> dict[str, Any]:
    said = measuring.call(
        [sys.executable, "-m", "benchmarks.daily_run", name, place, str(series)]
    )
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def main() -> None:
    """Do one piece of work and say what it took."""
    name, place, series = sys.argv[1:]
    fillers = {"fill": fill, "add_day": add_day}
    if name in fillers:
        fillers[name](Path(place), int(series))
        print("{}")
    else:
        print(json.dumps(stage(name, Path(place))))


if __name__ == "__main__":
    main()
