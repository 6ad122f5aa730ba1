"""How long a bill takes from disk to the daily series, and how much memory.

    python -m benchmarks.bill_store                    # a month of 10 million rows
    python -m benchmarks.bill_store --rows 1000000 --rounds 1
    python -m benchmarks.bill_store --large            # 65 million rows as well

Every measurement is a process of its own, in turn with the others, on two cores;
medians and ratios come from one run. docs/methods/speed.md says what each means.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import measuring, sections
from benchmarks.exports import simulated
from benchmarks.sections import Report

ROWS = 10_000_000
LARGE_ROWS = 65_000_000

SECTIONS = ("compare", "grow", "months", "ask", "start")


def measure(
    folder: Path,
    *,
    rows: int = ROWS,
    rounds: int = 3,
    is_large: bool = False,
    only: Sequence[str] = SECTIONS,
    peers: Sequence[str] = tuple(sections.PEERS),
) -> Report:
    """Make up bills and measure everything that is asked for.

    Args:
        folder: Where the bills lie, or are put.
        rows: Lines of the month that is measured; thirteen months have as many.
        rounds: How often each piece of work is done.
        is_large: A month of 65 million rows as well.
        only: Some of ``SECTIONS``.
        peers: Some of ``sections.PEERS``.
    """
    report = Report()
    month = simulated(folder, rows)
    if "compare" in only:
        sections.compare(report, month, rounds, peers)
    if "grow" in only:
        # Two million rows are the fewest that are hourly, as ten are.
        sizes = [max(rows // 5, 1), rows, *([LARGE_ROWS] if is_large else [])]
        sections.grow(report, folder, sizes, rounds)
    if "months" in only:
        sections.months(report, simulated(folder, rows, sections.MONTHS), rounds)
    if "ask" in only:
        sections.ask(report, month, rounds)
    if "start" in only:
        sections.start(
            report, simulated(folder, min(rows, 10_000), sections.MONTHS), rounds
        )
    report.say()
    for line in measuring.verdicts(report.bars):
        report.say(line)
    return report


def main() -> None:
    """Measure, print, and write the numbers where they are wanted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--large", action="store_true", help="65 million rows as well")
    parser.add_argument("--only", action="append", choices=SECTIONS)
    parser.add_argument("--bills", type=Path, help="folder to keep the bills in")
    parser.add_argument("--json", type=Path, help="file to write all numbers to")
    args = parser.parse_args()
    cores = measuring.pin(args.cores)
    with ExitStack() as stack:
        folder = args.bills or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="costwarden-bills-"))
        )
        report = measure(
            folder,
            rows=args.rows,
            rounds=args.rounds,
            is_large=args.large,
            only=args.only or SECTIONS,
        )
    if args.json:
        content = {
            "cores": cores,
            "bars": [vars(bar) | {"verdict": bar.verdict} for bar in report.bars],
            "runs": report.numbers,
        }
        args.json.write_text(json.dumps(content, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
