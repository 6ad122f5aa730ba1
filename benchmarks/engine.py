"""What the engine's version and the scale of money cost, on this machine.

    python benchmarks/engine.py                                  # the locked DuckDB
    PYTHONPATH=.venv/duckdb-2 python benchmarks/engine.py        # DuckDB 2.0

Prints CPU seconds of all threads, the median of nine: wall time says more about who
else uses the machine. Compare runs of one day on one machine only; docs/decisions/0002
and 0003 quote ratios.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROUNDS = 9
ROWS = 10_000_000

LINES = """
COPY (
    SELECT
        DATE '2026-01-01' + (hash(i, 1) % 31)::INTEGER AS charge_date,
        'account-' || hash(i, 2) % 20 AS sub_account_id,
        'service-' || hash(i, 3) % 40 AS service_name,
        (hash(i, 4) % 1000000007) / 1e7 AS cost_double,
        ((hash(i, 4) % 1000000007) / 1e7)::DECIMAL(28, 10) AS cost_28_10,
        ((hash(i, 4) % 1000000007) / 1e7)::DECIMAL(28, 10)::DECIMAL(38, 18)
            AS cost_38_18
    FROM range($rows) AS numbers (i)
) TO '{path}' (FORMAT parquet)
"""

EXACT = "{}::DECIMAL(28, 10)::DECIMAL(38, 18)"
DAILY = (
    "SELECT charge_date, sub_account_id, service_name, sum({}) FROM {}"
    " GROUP BY ALL ORDER BY ALL"
)
QUESTIONS = {
    "sum, DOUBLE": "SELECT sum(cost_double) FROM lines",
    "sum, DECIMAL(28, 10)": "SELECT sum(cost_28_10) FROM lines",
    "sum, DECIMAL(38, 18)": "SELECT sum(cost_38_18) FROM lines",
    "daily series, DECIMAL(28, 10)": DAILY.format("cost_28_10", "lines"),
    "daily series, DECIMAL(38, 18)": DAILY.format("cost_38_18", "lines"),
    "daily series from Parquet, DECIMAL(28, 10)": DAILY.format("cost_28_10", "file"),
    "daily series from Parquet, DECIMAL(38, 18)": DAILY.format("cost_38_18", "file"),
    "daily series from Parquet, DOUBLE made exact": DAILY.format(
        EXACT.format("cost_double"), "file"
    ),
}


def median_seconds(con: duckdb.DuckDBPyConnection, query: str) -> float:
    """Return the median CPU time of some runs, after one that warms up."""
    taken = []
    for _ in range(ROUNDS + 1):
        begun = time.process_time()
        con.execute(query).fetchall()
        taken.append(time.process_time() - begun)
    return statistics.median(taken[1:])


def main() -> None:
    """Generate the lines, then time each question."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        path = Path(folder) / "lines.parquet"
        con.execute(LINES.format(path=path), {"rows": rows})
        con.execute(f"CREATE VIEW file AS FROM read_parquet('{path}')")
        con.execute("CREATE TABLE lines AS FROM file")
        print(f"DuckDB {duckdb.__version__}, {rows:,} rows")
        for name, query in QUESTIONS.items():
            print(f"{median_seconds(con, query):8.3f} s  {name}")


if __name__ == "__main__":
    main()
