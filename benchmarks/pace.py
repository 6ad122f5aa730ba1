"""How fast many series are judged, and how much memory it takes.

Judging all days of a history walks forward through it: each day is scored from the days
before it alone, with everything fitted anew. The daily run needs the newest days only.
Both are measured in processes of their own.
"""

import json
import resource
import sys
import time
from typing import Any

import numpy as np

from benchmarks import measuring
from benchmarks.measuring import Bar
from benchmarks.sections import Report

DAYS = 400

# Series a second on the same kind of machine, as measured once for the project's plan.
PEERS = "Prophet 12, MSTL 26-38, STL 228, robust vectorised code 9,000"


def costs(rows: int, days: int, seed: int = 1) -> Any:
    """Return quiet daily costs: levels, growth, weekdays and noise."""
    rng = np.random.default_rng(seed)
    level = rng.lognormal(4.0, 1.5, (rows, 1))
    growth = np.exp(rng.normal(0.0005, 0.0005, (rows, 1)) * np.arange(days))
    rest = rng.uniform(0.4, 1.0, (rows, 1))
    weekend = np.where(np.arange(days) % 7 >= 5, rest, 1.0)
    noise = np.exp(0.06 * rng.standard_normal((rows, days)))
    return level * growth * weekend * noise


def judged(rows: int) -> dict[str, float]:
    """Judge all days of so many series; return seconds and peak memory."""
    from tasks.core.detection import alerts
    from tasks.core.detection.declaration import Detection
    from tasks.core.detectors import Panel

    found = costs(rows, DAYS)
    panel = Panel(
        start=np.datetime64("2025-01-01").astype(object),
        costs=found,
        quantities=found / 3,
        providers=("AWS",) * rows,
        charge_kinds=("usage",) * rows,
        accounts=np.arange(rows) // 200,
        since=np.zeros(rows, dtype=np.int64),
    )
    begun, used = time.perf_counter(), time.process_time()
    alerts.find(panel, np.ones(found.shape, dtype=np.bool_), Detection())
    return {
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - used,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measure(report: Report, rows: int) -> None:
    """Measure in a fresh process; print and keep bars."""
    said = measuring.call([sys.executable, "-m", "benchmarks.pace", str(rows)])
    found = json.loads(said.splitlines()[-1])
    rate = rows / found["seconds"]
    report.say(
        f"{rows:,} series of {DAYS} days: {found['seconds']:.1f} s,"
        f" {rate:,.0f} series/s, {found['cpu']:.1f} s of CPU,"
        f" {found['mib']:,.0f} MiB"
    )
    report.say(f"series a second of peers: {PEERS}")
    report.add(Bar("series a second, walking forward", 2_000, rate, "", is_least=True))
    report.add(Bar("memory of it", 2_048, found["mib"], "MiB"))


if __name__ == "__main__":
    print(json.dumps(judged(int(sys.argv[1]))))
