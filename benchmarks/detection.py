"""How good detection is, against what is promised and against other methods.

    python -m benchmarks.detection                        # every part
    python -m benchmarks.detection --only companies --seeds 21 22 23 24 25
    python -m benchmarks.detection --only finops --finops FOLDER

The parts: anomalies hidden in made-up companies (``companies``), costs that move or
that only a sum shows (``hierarchy``), a public labelled set of daily costs
(``finops``), public metrics through ``score`` (``points``), daily costs through it
(``tables``), p-values where nothing happens (``quiet``), speed (``speed``), and, only
where it is asked for, the morning's run over a warehouse of many series (``daily``).
docs/methods says what each detector does.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import (
    companies,
    daily_run,
    finops,
    hierarchy,
    measuring,
    metrics,
    pace,
    quiet,
    tables,
    tag_sums,
)
from benchmarks.sections import Report

SECTIONS = ("companies", "hierarchy", "finops", "points", "tables", "quiet", "speed")

# Takes long: part of nothing that does not name it.
DAILY = "daily"

# The folder of the public labelled set, where it is at hand.
FINOPS = "COSTWARDEN_FINOPS_BENCHMARK"

# The folder of public labelled metrics, where it is at hand.
METRICS = "COSTWARDEN_METRICS"


def measure(report: Report, args: argparse.Namespace, only: Sequence[str]) -> None:
    """Measure the parts that are asked for."""
    if "companies" in only:
        report.say("Made-up companies, seeds " + " ".join(map(str, args.seeds)))
        with tempfile.TemporaryDirectory() as folder:
            results = companies.measure(
                report, Path(folder), args.seeds, args.rows, args.config
            )
        if args.verbose:
            companies.tell_false(results, report.say)
    if "hierarchy" in only:
        hierarchy.measure(report, args.seeds)
        tag_sums.measure(report, args.seeds)
    if "finops" in only:
        finops.measure(report, args.finops, args.peers)
    if "points" in only:
        metrics.measure(report, args.metrics, args.rate)
    if "tables" in only:
        with tempfile.TemporaryDirectory() as folder:
            tables.measure(report, Path(folder), args.seeds, args.rows, args.finops)
    if "quiet" in only:
        quiet.measure(report)
    if "speed" in only:
        pace.measure(report, args.series)
    if DAILY in only:
        daily_run.measure(report, args.sizes)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--only", nargs="+", choices=(*SECTIONS, DAILY), default=SECTIONS
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 8, 9])
    parser.add_argument("--rows", type=int, default=200_000, help="rows of a company")
    parser.add_argument("--config", default=None, help="settings file")
    parser.add_argument("--verbose", action="store_true", help="name false alerts")
    parser.add_argument(
        "--finops",
        type=Path,
        default=os.environ.get(FINOPS),
        help=f"folder of the labelled set; else ${FINOPS}",
    )
    parser.add_argument(
        "--peers",
        nargs="*",
        choices=finops.PEERS,
        default=list(finops.PEERS),
        help="methods to compare with on the labelled set",
    )
    parser.add_argument(
        "--metrics",
        type=Path,
        default=os.environ.get(METRICS),
        help=f"folder of labelled metrics; else ${METRICS}",
    )
    parser.add_argument("--rate", type=float, help="as of score")
    parser.add_argument("--series", type=int, default=10_000, help="series for speed")
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=[1_000, 10_000, 100_000],
        help="series in the warehouses of daily",
    )
    args = parser.parse_args()
    measuring.pin(2)
    report = Report()
    measure(report, args, args.only)
    report.say()
    for line in measuring.verdicts(report.bars):
        report.say(line)


if __name__ == "__main__":
    main()
