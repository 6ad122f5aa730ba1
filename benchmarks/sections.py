"""The parts of the bill store's benchmark: each measures, prints and keeps its bars."""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import converter, measuring
from benchmarks.exports import Bills, restate, simulated
from benchmarks.measuring import Bar, Run, Series
from benchmarks.questions import QUESTIONS

MEMORY_MIB = 4096
MONTHS = 13

# Our road in proportion to each peer's, at most.
PEERS = {"polars": 1.0, "chdb": 1.0, "converter": 0.1}

# What the installed command does.
COMMAND = "from flows.cli import main; main()"

# Times may differ by this much and still count as the same, or as linear.
LINEAR = 1.25


@dataclass
class Report:
    """All that was measured."""

    said: list[str] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    numbers: dict[str, Any] = field(default_factory=dict)

    def say(self, line: str = "") -> None:
        """Print a line and keep it."""
        print(line, flush=True)
        self.said.append(line)

    def add(self, bar: Bar) -> None:
        """Keep a promise and what was measured of it."""
        self.bars.append(bar)

    def keep(self, name: str, series: dict[str, Series]) -> None:
        """Keep the single runs, without what they found."""
        self.numbers[name] = {
            key: item.problem or [asdict(run) | {"found": None} for run in item.runs]
            for key, item in series.items()
        }


@contextmanager
def home() -> Iterator[str]:
    """Give a warehouse and its lake a folder for a while."""
    folder = tempfile.mkdtemp(prefix="costwarden-bench-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def ours(bills: Bills) -> Run:
    """Load the bills into a new warehouse, up to the daily series."""
    with home() as folder:
        done = measuring.run("ours", paths=[str(bills.aws)], home=folder)
    if done.found["problems"] or not done.found["rows"]:
        raise measuring.WorkFailed(f"ours: {done.found}")
    return done


def converted(bills: Bills) -> Run:
    """Let the Foundation's converter turn the bills into FOCUS rows."""
    try:
        python = converter.environment()
    except converter.NotInstalled as error:
        raise measuring.WorkFailed(str(error)) from error
    with home() as folder:
        script = Path(folder) / "convert.py"
        script.write_text(converter.SCRIPT, encoding="utf-8")
        return measuring.run(
            "converted",
            interpreter=str(python),
            script=str(script),
            folder=str(bills.executions[-1]),
            out=str(Path(folder) / "out"),
        )


def compare(
    report: Report, bills: Bills, rounds: int, peers: Collection[str] = tuple(PEERS)
) -> None:
    """Our road against the bare aggregate, by three engines, and the converter."""
    files = bills.files
    measuring.run("bare", files=files)  # so that nobody reads the disk first
    works: dict[str, Callable[[], Run]] = {
        "bare": lambda: measuring.run("bare", files=files),
        "ours": lambda: ours(bills),
        "polars": lambda: measuring.run("polars", files=files),
        "chdb": lambda: measuring.run("chdb", files=files),
    }
    engines = [name for name in peers if name in works]
    found = measuring.in_turn(
        {name: works[name] for name in ("bare", "ours", *engines)}, rounds
    )
    if "converter" in peers:
        # It takes minutes, so once has to do.
        found |= measuring.in_turn({"converter": lambda: converted(bills)}, 1)
    base, mine = found["bare"], found["ours"]
    shown = [base, mine, *_parts(mine), *(found[name] for name in peers)]
    for line in measuring.lines(shown, bills.rows, base, bills.bytes):
        report.say(line)
    report.keep("compare", found)
    report.add(
        Bar("export on disk to daily series, against bare", 1.3, _ratio(mine, base))
    )
    for name in peers:
        limit = PEERS[name]
        report.add(Bar(f"the same, against {name}", limit, _ratio(mine, found[name])))
    for name in engines:
        if found[name].runs:
            wrong = measuring.differing(base.runs[0].found, found[name].runs[0].found)
            report.add(Bar(f"groups of {name} that differ by a cent", 0, wrong, ""))


def _parts(mine: Series) -> list[Series]:
    """Return our road's two parts as series of their own."""
    return [
        Series(
            f"  ours: {part}",
            [Run(run.found[part], run.cpu, run.peak_mib, None) for run in mine.runs],
            mine.problem,
        )
        for part in ("ingest", "series")
    ]


def _ratio(one: Series, other: Series) -> float | None:
    return one.seconds / other.seconds if one.runs and other.runs else None


def grow(report: Report, folder: Path, sizes: list[int], rounds: int) -> None:
    """More rows: seconds and memory of our road."""
    report.say()
    report.say(f"{'rows':>12} {'median s':>9} {'rows/s':>12} {'peak MiB':>9}")
    rates = []
    for rows in sizes:
        bills = simulated(folder, rows)
        found = measuring.in_turn({"ours": lambda bills=bills: ours(bills)}, rounds)
        mine = found["ours"]
        report.keep(f"rows {rows}", found)
        if not mine.runs:
            report.say(f"{bills.rows:>12,} {mine.problem}")
            continue
        rates.append(mine.seconds / bills.rows)
        report.say(
            f"{bills.rows:>12,} {mine.seconds:>9.2f}"
            f" {bills.rows / mine.seconds:>12,.0f} {mine.peak_mib:>9,.0f}"
        )
        name = f"peak memory at {bills.rows:,} rows"
        report.add(Bar(name, MEMORY_MIB, mine.peak_mib, "MiB"))
    # Below a million rows the start of each step is most of it.
    if len(rates) > 1:
        report.add(
            Bar("seconds a row, most rows to fewest", LINEAR, rates[-1] / rates[0])
        )


def months(report: Report, bills: Bills, rounds: int) -> None:
    """One changed month among thirteen, and a run in which nothing is new."""
    report.say()
    changed, alone, idle = (Series(name) for name in ("changed", "alone", "idle"))
    try:
        for _ in range(rounds):
            with home() as folder:
                aws = Path(folder) / "aws"
                shutil.copytree(bills.aws, aws)
                _road(aws, folder, news=MONTHS)
                idle.runs.append(_road(aws, folder, news=0))
                restate(bills.executions[6], aws / "cur2")
                changed.runs.append(_road(aws, folder, news=1))
            with home() as folder:
                new = restate(bills.executions[6], Path(folder) / "aws" / "cur2")
                alone.runs.append(_road(new, folder, news=1))
    except measuring.WorkFailed as error:
        report.say(f"one changed month: {error}")
    report.keep("months", {item.name: item for item in (changed, alone, idle)})
    for item, text in (
        (alone, "one month alone, in a new warehouse"),
        (changed, "the same month changed among thirteen"),
        (idle, "nothing new in thirteen months"),
    ):
        if item.runs:
            report.say(f"{text:<40} {item.seconds:>8.2f} s {item.peak_mib:>8,.0f} MiB")
    report.add(
        Bar(
            "a changed month among thirteen, against alone",
            LINEAR,
            _ratio(changed, alone),
        )
    )
    report.add(
        Bar(
            "work of a run with nothing new",
            1.0,
            idle.seconds if idle.runs else None,
            "s",
        )
    )


def _road(paths: Path, folder: str, news: int) -> Run:
    """Do what a daily run does with bills, so many of which are new."""
    done = measuring.run("road", paths=[str(paths)], home=folder)
    found = done.found
    if found["problems"] or not found["loaded"] == found["bills"] == news:
        raise measuring.WorkFailed(f"road: {found}")
    return done


def ask(report: Report, bills: Bills, rounds: int) -> None:
    """Published questions over the FOCUS view against the raw columns."""
    report.say()
    report.say(f"{'a month, grouped':<36} {'view s':>8} {'raw s':>8} {'ratio':>6}")
    with home() as folder:
        _road(bills.aws, folder, news=1)
        files = {"files": bills.files}
        for question in QUESTIONS:
            found = measuring.in_turn(
                {
                    "view": lambda text=question.focus: measuring.run(
                        "query", home=folder, text=text, params={}
                    ),
                    "raw": lambda text=question.raw: measuring.run(
                        "query", home=folder, text=text, params=files
                    ),
                },
                rounds,
            )
            report.keep(question.name, found)
            view, raw = found["view"], found["raw"]
            if not (view.runs and raw.runs):
                report.say(f"{question.name:<36} {view.problem or raw.problem}")
                continue
            report.say(
                f"{question.name:<36} {view.seconds:>8.2f} {raw.seconds:>8.2f}"
                f" {view.seconds / raw.seconds:>6.2f}"
            )
            report.add(Bar(f"view: {question.name}", 1.5, _ratio(view, raw)))
            gap = abs(_total(view) - _total(raw))
            report.add(Bar(f"the same money: {question.name}", 0.01, gap, ""))


def _total(series: Series) -> float:
    """Return the sum of an answer's last column."""
    return sum(float(row[-1]) for row in series.runs[0].found)


def start(report: Report, bills: Bills, rounds: int) -> None:
    """How soon a command answers, the list of bills with bills to list."""
    report.say()
    python, taken = sys.executable, dict[str, list[float]]()
    with home() as folder:
        _road(bills.aws, folder, news=MONTHS)
        database = str(Path(folder) / "costwarden.duckdb")
        commands = {
            "python -c pass": ["-c", "pass"],
            "costwarden --help": ["-c", COMMAND, "--help"],
            "costwarden bills": ["-c", COMMAND, "bills", "--database", database],
        }
        for name in list(commands) * max(3, rounds):
            begun = time.perf_counter()
            said = measuring.call([python, *commands[name]])
            assert bool(said) == name.startswith("costwarden")
            taken.setdefault(name, []).append(time.perf_counter() - begun)
    base = statistics.median(taken["python -c pass"])
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        report.say(f"{name:<40} {median:>8.3f} s {median / base:>6.1f} x python")
        if name.startswith("costwarden"):
            report.add(Bar(f"{name} answers", 0.5, median, "s"))
    report.numbers["start"] = taken
