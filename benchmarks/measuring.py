"""Measure pieces of work in fresh processes, in turn, and compare them."""

import json
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# How the message of an error begins, in Python's own way of showing it.
MESSAGE = re.compile(r"[\w.]+: ")
HALF_A_CENT = 0.005


@dataclass(frozen=True)
class Run:
    """What one piece of work took, once."""

    seconds: float
    cpu: float
    peak_mib: float
    found: Any


@dataclass
class Series:
    """All runs of one piece of work."""

    name: str
    runs: list[Run] = field(default_factory=list)
    problem: str = ""

    @property
    def seconds(self) -> float:
        """Median of the wall seconds."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def peak_mib(self) -> float:
        """Largest peak of memory."""
        return max(run.peak_mib for run in self.runs)


class WorkFailed(Exception):
    """A piece of work ended with an error."""


@dataclass(frozen=True)
class Bar:
    """What is promised, and what was measured.

    Attributes:
        name: What is promised.
        limit: The most that is allowed, or the least.
        measured: What was measured; None when it could not be.
        unit: What both are counted in.
        is_least: The limit is the least that is allowed.
    """

    name: str
    limit: float
    measured: float | None
    unit: str = "x"
    is_least: bool = False

    @property
    def verdict(self) -> str:
        """Met, not met, or not measured."""
        if self.measured is None:
            return "not measured"
        above = self.measured - self.limit
        return "met" if (above >= 0 if self.is_least else above <= 0) else "NOT MET"


def pin(cores: int) -> int:
    """Let this process and those it starts use only so many cores; return how many."""
    if not hasattr(os, "sched_setaffinity"):
        return os.cpu_count() or 1
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    os.sched_setaffinity(0, allowed)
    return len(allowed)


def call(command: Sequence[str]) -> str:
    """Run a command in the repository and return what it printed.

    Raises:
        WorkFailed: It ended with an error; its last message is passed on.
    """
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if MESSAGE.match(line)]
        raise WorkFailed(said[-1] if said else "no message")
    return done.stdout


def run(name: str, **arguments: Any) -> Run:
    """Do a piece of work of ``benchmarks.works`` in a process of its own.

    Raises:
        WorkFailed: It ended with an error; its last message is passed on.
    """
    given = json.dumps(arguments)
    try:
        said = call([sys.executable, "-m", "benchmarks.works", name, given])
    except WorkFailed as error:
        raise WorkFailed(f"{name}: {error}") from error
    return Run(**json.loads(said.splitlines()[-1]))


def in_turn(works: Mapping[str, Any], rounds: int) -> dict[str, Series]:
    """Run each piece of work so many times, in turn, every second round backwards.

    Args:
        works: Calls that return a ``Run``, by name. One that fails is not tried again.
        rounds: How many times.
    """
    found = {name: Series(name) for name in works}
    for number in range(rounds):
        names = list(works) if number % 2 == 0 else list(works)[::-1]
        for name in names:
            if found[name].problem:
                continue
            try:
                found[name].runs.append(works[name]())
            except WorkFailed as error:
                found[name].problem = str(error)
    return found


def differing(one: Sequence[Sequence[Any]], other: Sequence[Sequence[Any]]) -> int:
    """Count groups whose sums differ by half a cent or more, or that one lacks.

    Rows are a day, five keys and sums; an empty text is the same as none.

    Examples:
        >>> a = [["2026-10-01", "1", "EC2", None, "Usage", "USD", 1.0]]
        >>> b = [["2026-10-01", "1", "EC2", "", "Usage", "USD", 1.001]]
        >>> differing(a, b), differing(a, [])
        (0, 1)
    """
    first, second = _by_key(one), _by_key(other)
    return sum(
        key not in first
        or key not in second
        or any(
            abs(left - right) >= HALF_A_CENT
            for left, right in zip(first[key], second[key], strict=True)
        )
        for key in first.keys() | second.keys()
    )


def _by_key(rows: Sequence[Sequence[Any]]) -> dict[tuple[str, ...], list[float]]:
    return {
        (str(row[0])[:10], *(str(key or "") for key in row[1:6])): [
            float(value or 0) for value in row[6:]
        ]
        for row in rows
    }


def lines(
    series: Iterable[Series], rows: int, base: Series, files_bytes: int
) -> list[str]:
    """Return a table of medians: seconds, ratio to a base, rows a second, memory."""
    said = [
        f"{'what':<22} {'median s':>9} {'x bare':>7} {'rows/s':>12} {'peak MiB':>9}",
    ]
    for item in series:
        if not item.runs:
            said.append(f"{item.name:<22} {item.problem}")
            continue
        said.append(
            f"{item.name:<22} {item.seconds:>9.2f} {item.seconds / base.seconds:>7.2f}"
            f" {rows / item.seconds:>12,.0f} {item.peak_mib:>9,.0f}"
        )
    return [*said, f"{rows:,} rows, {files_bytes / rows:.1f} bytes a row on disk"]


def verdicts(bars: Iterable[Bar]) -> list[str]:
    """Return a table of what is promised and what was measured."""
    return [
        f"{bar.name:<58} {_number(bar.measured):>8} {bar.unit:<3}"
        f" (at {'least' if bar.is_least else 'most'} {bar.limit:g}): {bar.verdict}"
        for bar in bars
    ]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
