"""How well detection finds what made-up companies' bills hide.

Bills are simulated, the whole pipeline runs on them, and what it finds is compared with
the truth, by the rule of ``tasks.core.backtest.matching``.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.measuring import Bar
from benchmarks.sections import Report
from tasks.core.backtest import matching
from tasks.core.findings.anomalies import Scope
from tasks.edge.database import warehouse
from tasks.edge.intake import bills
from tasks.edge.settings import Settings, load
from tasks.edge.simulator import company

SCOPE = tuple(field.name for field in fields(Scope))
PLAIN = (
    *("kind", "direction", "first_date", "last_date"),
    *("detector", "explanation"),
)

# False alerts are stated for a company of so many series.
SERIES = 200

# F1 on like data, each with its best setting, as measured once for the project's plan.
PEERS = (
    "Prophet 0.22, STL 0.32, MSTL 0.32, AutoETS 0.29, IsolationForest 0.2-0.56,"
    " S-H-ESD 0.16, weekday median and MAD 0.24-0.30"
)


@dataclass(frozen=True, slots=True)
class Finding(matching.Stated):
    """A finding, and how it was explained."""

    detector: str
    explanation: str


@dataclass(frozen=True)
class Result:
    """What was found in one simulated company.

    Attributes:
        delays: By kind of the true anomaly, days until it was told; None where never.
        right_kind: Caught anomalies whose kind was right.
        again: Findings that tell once more of an anomaly that was told.
        false: Findings that tell of no true anomaly.
        series: Daily series.
        weeks: Weeks that were judged.
    """

    delays: dict[str, list[int | None]]
    right_kind: int
    again: int
    false: list[Finding]
    series: int
    weeks: float


def detect(folder: Path, seed: int, rows: int, config: str | None) -> Settings:
    """Simulate a company and run the pipeline on its bills."""
    from tasks.detect import detect_anomalies

    settings = load_bills(folder, seed, rows, config)
    detect_anomalies.fn(settings)
    return settings


def load_bills(folder: Path, seed: int, rows: int, config: str | None) -> Settings:
    """Simulate a company and make its bills daily series."""
    from tasks.aggregate import aggregate_costs
    from tasks.normalise import normalise_bills

    settings = load(config, database=str(folder / f"{seed}.duckdb"))
    bills_folder = folder / f"bills-{seed}"
    company.simulate(bills_folder, rows=rows, seed=seed)
    exports = [bills_folder / part for part in ("aws", "focus/azure", "focus/gcp")]
    bills.ingest(settings, [str(path) for path in exports])
    normalise_bills.fn(settings)
    aggregate_costs.fn(settings)
    return settings


def read_truth(folder: Path) -> list[matching.Stated]:
    """Read the true anomalies."""
    with (folder / "truth" / "anomalies.csv").open(encoding="utf-8") as file:
        return [happened(row) for row in csv.DictReader(file)]


def happened(truth: dict[str, Any]) -> matching.Stated:
    """Return a true anomaly; what its row does not name is any."""
    return matching.Stated(
        scope=Scope(
            *(truth[name] or None for name in SCOPE[:-1]),
            billing_currency=truth["currency"],
        ),
        rolled_up=tuple(name for name in matching.PLACE if not truth[name]),
        kind=truth["kind"],
        direction=truth["direction"],
        first_date=date.fromisoformat(truth["first_date"]),
        last_date=date.fromisoformat(truth["last_date"]),
    )


def finding(row: dict[str, Any]) -> Finding:
    """Return a row of ``findings.anomalies``."""
    return Finding(
        scope=Scope(*(row[name] for name in SCOPE)),
        rolled_up=tuple(row["rolled_up"]),
        **{name: row[name] for name in PLAIN},
    )


def found_in(settings: Settings) -> tuple[list[Finding], int, float]:
    """Return the findings, the number of series and the weeks that were judged."""
    with warehouse.read(settings.database) as con:
        found = (
            con.sql("FROM findings.anomalies WHERE status <> 'retracted'")
            .to_arrow_table()
            .to_pylist()
        )
        [(days,)] = con.execute(
            "SELECT count(DISTINCT charge_date) FROM findings.scored_days"
        ).fetchall()
        [(series,)] = con.execute(
            "SELECT count(*) FROM (SELECT DISTINCT provider, billing_account_id,"
            " sub_account_id, service_name, region_id, charge_kind, billing_currency"
            " FROM series.daily_cost)"
        ).fetchall()
    return [finding(row) for row in found], series, days / 7


def compare(
    found: list[Finding],
    truths: list[matching.Stated],
    series: int,
    weeks: float,
) -> Result:
    """Compare the findings with the truth."""
    compared = matching.compare(found, truths)
    delays: dict[str, list[int | None]] = defaultdict(list)
    right = 0
    for truth, first in compared.pairs:
        if first is None:
            delays[truth.kind].append(None)
            continue
        right += first.kind == truth.kind
        late = (first.first_date - truth.first_date).days
        delays[truth.kind].append(max(late, 0))
    return Result(
        dict(delays), right, compared.again, list(compared.false), series, weeks
    )


def measure(
    report: Report, folder: Path, seeds: Sequence[int], rows: int, config: str | None
) -> list[Result]:
    """Simulate, detect and compare one company for each seed; print and keep bars."""
    results = []
    for seed in seeds:
        settings = detect(folder, seed, rows, config)
        truths = read_truth(folder / f"bills-{seed}")
        found, series, weeks = found_in(settings)
        results.append(compare(found, truths, series, weeks))
    show(report, results)
    return results


def show(report: Report, results: Sequence[Result]) -> None:
    """Print one table over all companies and keep what is promised of them."""
    kinds: dict[str, list[int | None]] = defaultdict(list)
    for result in results:
        for kind, delays in result.delays.items():
            kinds[kind].extend(delays)
    report.say(f"{'kind':<16}{'true':>6}{'caught':>8}{'recall':>8}{'mean delay':>12}")
    for kind, delays in sorted(kinds.items()):
        seen = _known(delays)
        late = f"{mean(seen):.1f}" if seen else "-"
        report.say(
            f"{kind:<16}{len(delays):>6}{len(seen):>8}"
            f"{len(seen) / len(delays):>8.2f}{late:>12}"
        )
    every = [delay for delays in kinds.values() for delay in delays]
    caught = len(_known(every))
    false = sum(len(result.false) for result in results)
    recall, precision = caught / len(every), caught / max(caught + false, 1)
    f1 = 2 * recall * precision / max(recall + precision, 1e-9)
    rate = sum(
        len(result.false) / result.weeks * SERIES / result.series for result in results
    ) / len(results)
    told = caught + false + sum(result.again for result in results)
    report.say(f"recall {recall:.2f}, precision {precision:.2f}, F1 {f1:.2f}")
    report.say(f"F1 of peers on like data: {PEERS}")
    right = sum(result.right_kind for result in results) / max(caught, 1)
    again = sum(result.again for result in results)
    weeks = sum(result.weeks for result in results)
    report.say(f"right kind {right:.2f}; told again {again} times")
    report.say(f"alerts a week and company {told / weeks:.2f}")
    names = Counter(item.kind for result in results for item in result.false)
    report.say(f"false alerts by kind {dict(names.most_common())}")
    sudden = [
        d for kind, days in kinds.items() if kind != "drift" for d in _known(days)
    ]
    lowest = min(len(_known(days)) / len(days) for days in kinds.values())
    report.add(Bar("F1 of alerts in made-up companies", 0.85, f1, "", is_least=True))
    report.add(Bar("false alerts a week in 200 series", 0.5, rate, ""))
    report.add(Bar("recall of the kind found least", 0.7, lowest, "", is_least=True))
    report.add(
        Bar("mean delay, drift apart", 1.0, mean(sudden) if sudden else None, "d")
    )
    drift = _known(kinds.get("drift", []))
    report.add(Bar("mean delay of drift", 10.0, mean(drift) if drift else None, "d"))


def tell_false(results: Sequence[Result], say: Callable[[str], None]) -> None:
    """Print each false alert."""
    for item in (item for result in results for item in result.false):
        say(f"  false: {item.kind} {item.detector} {item.explanation}")


def _known(delays: Sequence[int | None]) -> list[int]:
    return [delay for delay in delays if delay is not None]
