"""How well detection finds what a made-up company's bills hide.

``python -m benchmarks.detection`` simulates bills, runs the pipeline on them and
compares what it finds with the truth. An anomaly is caught when a finding covers its
scope, has its direction and shares a day with it; a finding that matches no true
anomaly is a false alert.
"""

import argparse
import csv
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tasks.edge import warehouse
from tasks.edge.intake import bills
from tasks.edge.settings import Settings, load
from tasks.edge.simulator import company

SCOPE = ("sub_account_id", "service_name", "region_id")

# A finding may begin this many days after its anomaly ended: its last effects.
GRACE = timedelta(days=1)


@dataclass(frozen=True)
class Result:
    """Counts over one simulated company."""

    caught: dict[str, list[bool]]
    right_kind: int
    false: list[dict[str, Any]]
    weeks: float
    delays: list[int]


def detect(folder: Path, seed: int, rows: int, config: str | None) -> Settings:
    """Simulate a company and run the pipeline on its bills."""
    from tasks.aggregate import aggregate_costs
    from tasks.detect import detect_anomalies
    from tasks.normalise import normalise_bills

    settings = load(config, database=str(folder / f"{seed}.duckdb"))
    bills_folder = folder / f"bills-{seed}"
    company.simulate(bills_folder, rows=rows, seed=seed)
    exports = [bills_folder / part for part in ("aws", "focus/azure", "focus/gcp")]
    bills.ingest(settings, [str(path) for path in exports])
    normalise_bills.fn(settings)
    aggregate_costs.fn(settings)
    detect_anomalies.fn(settings)
    return settings


def read_truth(folder: Path) -> list[dict[str, Any]]:
    """Read the true anomalies."""
    with (folder / "truth" / "anomalies.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def matches(found: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Return whether a finding tells of a true anomaly."""
    same = ("provider", "charge_kind", "direction")
    if any(found[name] != truth[name] for name in same):
        return False
    covers = all(
        name in found["rolled_up"] or truth[name] in ("", found[name]) for name in SCOPE
    )
    first = date.fromisoformat(truth["first_date"])
    last = date.fromisoformat(truth["last_date"])
    return (
        covers and found["first_date"] <= last + GRACE and found["last_date"] >= first
    )


def measure(settings: Settings, truths: list[dict[str, Any]]) -> Result:
    """Compare the findings with the truth."""
    with warehouse.read(settings.database) as con:
        found = (
            con.sql("FROM findings.anomalies WHERE status <> 'retracted'")
            .to_arrow_table()
            .to_pylist()
        )
        days = con.execute(
            "SELECT count(DISTINCT charge_date) FROM findings.scored_days"
        ).fetchall()[0][0]
    caught: dict[str, list[bool]] = {}
    right, delays = 0, []
    for truth in truths:
        hits = [item for item in found if matches(item, truth)]
        caught.setdefault(truth["kind"], []).append(bool(hits))
        if hits:
            first = min(hits, key=lambda item: item["first_date"])
            right += first["kind"] == truth["kind"]
            begun = date.fromisoformat(truth["first_date"])
            delays.append(max((first["first_date"] - begun).days, 0))
    false = [
        item for item in found if not any(matches(item, truth) for truth in truths)
    ]
    return Result(caught, right, false, days / 7, delays)


def show(results: list[Result], *, is_verbose: bool) -> None:
    """Print one table over all companies."""
    kinds: dict[str, list[bool]] = {}
    for result in results:
        for kind, hits in result.caught.items():
            kinds.setdefault(kind, []).extend(hits)
    print(f"{'kind':<16}{'true':>6}{'caught':>8}")
    for kind, hits in sorted(kinds.items()):
        print(f"{kind:<16}{len(hits):>6}{sum(hits):>8}")
    hits = [hit for group in kinds.values() for hit in group]
    false = sum(len(result.false) for result in results)
    delays = sorted(delay for result in results for delay in result.delays)
    weeks = sum(result.weeks for result in results)
    print(f"recall          {sum(hits) / len(hits):.2f}")
    print(f"precision       {sum(hits) / max(sum(hits) + false, 1):.2f}")
    print(
        f"kind right      {sum(r.right_kind for r in results) / max(sum(hits), 1):.2f}"
    )
    print(f"false a week    {false / weeks:.2f}")
    print(f"median delay    {delays[len(delays) // 2] if delays else '-'} days")
    kinds_false = Counter(item["kind"] for r in results for item in r.false)
    print(f"false by kind   {dict(kinds_false.most_common())}")
    if is_verbose:
        for item in (item for result in results for item in result.false):
            print("  false:", item["kind"], item["detector"], item["explanation"])


def main() -> None:
    """Measure over several simulated companies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 8, 9])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--config", default=None, help="settings file")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in given.seeds:
            settings = detect(Path(folder), seed, given.rows, given.config)
            truths = read_truth(Path(folder) / f"bills-{seed}")
            results.append(measure(settings, truths))
    show(results, is_verbose=given.verbose)


if __name__ == "__main__":
    main()
