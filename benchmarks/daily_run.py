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

REGIONS = IN_SUB_ACCOUNT // IN_REGION

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
    from tasks.edge.database import warehouse
    from tasks.edge.mapping import focus

    given = settings(folder)
    with warehouse.connect(given.database) as con:
        for rows in _rows(series, DAYS - 1):
            _insert(con, rows)
        _know(con, "TRUE", 1)
        focus.install(con, given.lake_path)


def add_day(folder: Path, series: int) -> None:
    """Write a new version of the last month, with one day more."""
    from tasks.edge.database import warehouse
    from tasks.edge.mapping import focus

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
    """Return the rows day by day, with the names of a series as words of a list."""
    days, count = costs.shape[1], len(numbers)
    dates = [since + timedelta(days=day) for day in range(days)]
    series = np.tile(np.arange(count, dtype=np.int32), days)
    micros = np.rint(costs.T.ravel() * 1e6).astype(np.int64)
    names = {
        "billing_account_id": [f"payer-{_payer(one)}" for one in numbers],
        "sub_account_id": [f"account-{one // IN_SUB_ACCOUNT:06d}" for one in numbers],
        "service_name": [f"service-{one % IN_REGION:02d}" for one in numbers],
        "region_id": [f"region-{one // IN_REGION % REGIONS}" for one in numbers],
    }
    months = [f"{day:%Y-%m}" for day in dates]
    bill = [f"payer-{_payer(numbers[0])}.{month}.v{version}" for month in months]
    words = {name: _words(list_, series) for name, list_ in names.items()}
    return pa.table(
        {
            "charge_date": pa.array(dates).take(np.repeat(np.arange(days), count)),
            **words,
            "effective_cost": _money(micros),
            "consumed_quantity": _money(micros // 3),
            "bill_id": _words(bill, np.repeat(np.arange(days, dtype=np.int32), count)),
        }
    )


def _payer(number: int) -> int:
    return number // IN_BILLING_ACCOUNT


def _words(names: list[str], places: Any) -> pa.Array:
    found, of_names = np.unique(names, return_inverse=True)
    return pa.DictionaryArray.from_arrays(
        of_names.astype(np.int32)[places], pa.array(found.tolist())
    )


def _money(micros: Any) -> pa.Array:
    """Return millionths as DECIMAL(38, 18), made of the two halves of its number."""
    part = np.uint64(10**12)
    high, low = (
        (micros >> 20).astype(np.uint64),
        (micros & (2**20 - 1)).astype(np.uint64),
    )
    upper = high * part
    words = np.empty((len(micros), 2), dtype=np.uint64)
    shifted = upper << np.uint64(20)
    words[:, 0] = shifted + low * part
    words[:, 1] = (upper >> np.uint64(44)) + (words[:, 0] < shifted)
    buffers = [None, pa.py_buffer(words)]
    return pa.Array.from_buffers(pa.decimal128(38, 18), len(micros), buffers)


def _insert(con: Any, rows: pa.Table) -> None:
    con.register("new_days", rows)
    con.execute(
        "INSERT INTO series.daily_cost_versions BY NAME"
        " SELECT *, effective_cost AS billed_cost, 'AWS' AS provider,"
        " 'usage' AS charge_kind, 'USD' AS billing_currency FROM new_days"
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
