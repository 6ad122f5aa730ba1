"""The pieces of work that are measured, each run in a fresh process.

    python -m benchmarks.works bare '{"files": ["bill.parquet"]}'

prints one line of JSON: seconds, peak memory, and what the work found. What has to be
imported is imported before the clock starts.
"""

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

SUMS = {
    "billed_cost": "line_item_unblended_cost",
    "savings_plan_cost": "savings_plan_savings_plan_effective_cost",
    "reservation_cost": "reservation_effective_cost",
    "list_cost": "pricing_public_on_demand_cost",
    "consumed_quantity": "line_item_usage_amount",
}
KEYS = (
    "line_item_usage_account_id",
    "line_item_product_code",
    "product_region_code",
    "line_item_line_item_type",
    "line_item_currency_code",
)
SELECTED = ", ".join(
    [
        "{day} AS charge_date",
        *KEYS,
        *(f"sum({column}) AS {name}" for name, column in SUMS.items()),
    ]
)
BARE = SELECTED.format(day="line_item_usage_start_date::DATE")

Rows = list[list[Any]]


def bare(files: list[str]) -> Rows:
    """DuckDB's own aggregate of the raw columns, without any mapping."""
    import duckdb

    with duckdb.connect() as con:
        query = f"SELECT {BARE} FROM read_parquet($files) GROUP BY ALL"
        return [list(row) for row in con.execute(query, {"files": files}).fetchall()]


def polars(files: list[str]) -> Rows:
    """The same with Polars: lazily, by its streaming engine."""
    import polars as pl

    frame = (
        pl.scan_parquet(files)
        .group_by(
            pl.col("line_item_usage_start_date").dt.date().alias("charge_date"), *KEYS
        )
        .agg(pl.col(column).sum().alias(name) for name, column in SUMS.items())
    )
    return [list(row) for row in frame.collect(engine="streaming").rows()]


def chdb(files: list[str]) -> Rows:
    """The same with chDB, ClickHouse within this process."""
    import chdb as engine

    day = "toDate(line_item_usage_start_date, 'UTC')"
    keys = ", ".join(("charge_date", *KEYS))
    # ClickHouse knows several files as a list in braces below one folder.
    folder = os.path.commonpath([str(Path(file).parent) for file in files])
    names = ",".join(os.path.relpath(file, folder) for file in files)
    path = f"{folder}/{{{names}}}" if len(files) > 1 else files[0]
    query = (
        f"SELECT {SELECTED.format(day=day)} FROM file('{path}', Parquet)"
        f" GROUP BY {keys}"
    )
    lines = str(engine.query(query, "JSONCompactEachRow")).splitlines()
    return [json.loads(line) for line in lines]


def ours(paths: list[str], home: str, **given: Any) -> dict[str, Any]:
    """From exports on disk to the daily series, everything included."""
    from tasks.edge.costs import daily
    from tasks.edge.database import warehouse
    from tasks.edge.intake import bills
    from tasks.edge.settings import load

    settings = load(None, database=str(Path(home) / "costwarden.duckdb"), **given)
    started = time.perf_counter()
    taken = bills.ingest(settings, paths)
    loaded = time.perf_counter()
    with warehouse.connect(settings.database) as con:
        count, rows = daily.aggregate(con, settings.lake_path)
    return {
        "ingest": loaded - started,
        "series": time.perf_counter() - loaded,
        "loaded": taken.loaded,
        "known": taken.known,
        "problems": list(taken.problems),
        "bills": count,
        "rows": rows,
    }


def road(paths: list[str], home: str) -> dict[str, Any]:
    """What a daily run does with bills: ingest, views, series."""
    from tasks.edge.costs import daily
    from tasks.edge.database import warehouse
    from tasks.edge.intake import bills
    from tasks.edge.mapping import focus
    from tasks.edge.settings import load

    settings = load(None, database=str(Path(home) / "costwarden.duckdb"))
    taken = bills.ingest(settings, paths)
    with warehouse.connect(settings.database) as con:
        current = focus.install(con, settings.lake_path)
    with warehouse.connect(settings.database) as con:
        count, rows = daily.aggregate(con, settings.lake_path)
    return {
        "loaded": taken.loaded,
        "known": taken.known,
        "problems": list(taken.problems),
        "current": current,
        "bills": count,
        "rows": rows,
    }


def query(home: str, text: str, params: dict[str, Any]) -> Rows:
    """A query over the warehouse's views, or over files."""
    import duckdb

    path = str(Path(home) / "costwarden.duckdb")
    with duckdb.connect(path, read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        return [list(row) for row in con.execute(text, params).fetchall()]


def converted(interpreter: str, script: str, folder: str, out: str) -> int:
    """The FOCUS Foundation's converter: rows of CUR to rows of FOCUS 1.0."""
    import subprocess

    Path(out).mkdir(parents=True)
    done = subprocess.run(
        [interpreter, "-I", script, folder, out],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr.strip())
    return len(list(Path(out).glob("*.parquet")))


WORKS: dict[str, Callable[..., Any]] = {
    work.__name__: work for work in (bare, polars, chdb, ours, road, query, converted)
}
# What each needs, loaded before the clock starts.
NEEDED = {
    "bare": ("duckdb",),
    "polars": ("polars",),
    "chdb": ("chdb",),
    "ours": (
        "tasks.edge.costs.daily",
        "tasks.edge.intake.bills",
        "tasks.edge.settings",
    ),
    "road": (
        "tasks.edge.costs.daily",
        "tasks.edge.intake.bills",
        "tasks.edge.settings",
    ),
    "query": ("duckdb",),
    "converted": (),
}


def peak_mib() -> float:
    """Return the most memory that this process has held, and its largest child's.

    The system's own high-water mark where there is one: what ``getrusage`` says
    includes the process that started this one.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                own = int(line.split()[1])
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def _warm_up() -> None:
    """Bind a parameter once: DuckDB's client then imports pandas, for all alike."""
    import duckdb

    duckdb.execute("SELECT $files", {"files": ["none"]}).fetchall()


def main() -> None:
    """Do one piece of work and say what it took."""
    name, given = sys.argv[1:]
    for module in NEEDED[name]:
        importlib.import_module(module)
    if name not in {"polars", "chdb", "converted"}:
        _warm_up()
    arguments = json.loads(given)
    started, used = time.perf_counter(), time.process_time()
    found = WORKS[name](**arguments)
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    said = {"seconds": seconds, "cpu": cpu, "peak_mib": peak_mib(), "found": found}
    print(json.dumps(said, default=str))


if __name__ == "__main__":
    main()
