"""How well ``score`` does on public sets of labelled metrics.

Two sets, neither of which is part of this repository: files of the Numenta Anomaly
Benchmark (``nab_cloud``), whose labels are windows, and the synthetic series that come
with Merlion (``merlion_synthetic``), whose labels are points. An anomaly is caught when
an odd point lies in it; a change of trend, of which one point is labelled, when one
lies in the ``AFTER`` points from it. Odd points outside of every anomaly that lie close
together are one false alarm. The set of Numenta has a time of probation at the
beginning of each file, in which nothing counts; so it is here.

Beside ``score`` stand simple methods, each at the bound at which it finds most with no
more false alarms than a number that is stated.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import numenta, simple_points
from benchmarks.measuring import Bar
from benchmarks.sections import Report
from tasks.core.scoring import points

# Share of a file at its beginning in which Numenta's set counts nothing.
PROBATION = 0.15

# Points within which odd ones are one false alarm, as a share of the file.
TOGETHER = 0.01

# Points after an anomaly that are still its effect.
AFTER = 50

# Numbers of false alarms at which methods are compared, for each of the two sets.
ALLOWED = {"numenta": (20, 40, 80, 120, 170), "merlion": (2, 5, 10, 20, 50)}

# Settings of ``score`` that are shown, false alerts a week of each series.
ALERTS_PER_WEEK = (0.1, 0.2, 0.5, 1.0)

# Bounds that are tried: p-values of ``score``, and the units of the simple methods.
P_VALUES = np.geomspace(3e-2, 1e-9, 49)
BOUNDS = np.geomspace(1.5, 300, 60)

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class File:
    """One labelled series."""

    kind: str
    name: str
    costs: NDArray[np.float64]
    step: float
    spans: list[tuple[int, int]]

    @cached_property
    def rare(self) -> Floats:
        """How rare ``score`` calls each point."""
        return rareness(self.costs, self.step)


def measure(report: Report, folder: Path | str | None, rate: float | None) -> None:
    """Score every file; print what was caught, by kind, and keep a bar."""
    report.say(f"Labelled metrics through score, at --rate {rate or 'of its own'}")
    if not folder:
        report.say("not at hand: name their folder with --metrics")
        report.add(Bar("kinds that are missed altogether", 0, None, ""))
        return
    sums: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(3, np.int64))
    files = [*_numenta(Path(folder)), *_merlion(Path(folder))]
    for file in files:
        sums[file.kind] += counts(file, rate)
    report.say(f"{'kind':<40}{'anomalies':>10}{'caught':>8}{'false':>8}")
    for kind, (true, caught, false) in sorted(sums.items()):
        report.say(f"{kind:<40}{true:>10}{caught:>8}{false:>8}")
    tell_alerts(report, files)
    compare(report, files)
    missed = sum(1 for true, caught, _ in sums.values() if true and not caught)
    report.add(Bar("kinds that are missed altogether", 0, float(missed), ""))


def tell_alerts(report: Report, files: list[File]) -> None:
    """Print what alerts come to on each half of the files, for several settings."""
    report.say(numenta.head())
    for asked in ALERTS_PER_WEEK:
        for family in ALLOWED:
            for half in (False, True):
                tally = numenta.Tally()
                for file in files:
                    is_of_half = numenta.is_held_out(file.name) == half
                    if file.kind.startswith(family) and is_of_half:
                        _add(tally, file, asked)
                name = f"{family} {'held out' if half else 'chosen by'}, at {asked:g}"
                report.say(numenta.line(name, tally))
    for name, score in numenta.PUBLISHED.items():
        report.say(f"{name:<32}{score:>48.1f}")


def _add(tally: numenta.Tally, file: File, asked: float) -> None:
    odd = _odd(file, points.rate_of(asked, file.step))
    gap = points.gap_of(file.step)
    begin = numenta.begins(points.events(odd, gap))
    tally.add(begin, file.spans, file.costs.size)
    counted = file.costs.size - numenta.probation(file.costs.size)
    tally.weeks += counted * file.step / 604_800.0


def compare(report: Report, files: list[File]) -> None:
    """Print what each method finds at the same numbers of false alarms."""
    methods = {"score": rareness, **simple_points.METHODS}
    report.say("caught, false, F1: the most caught within so many false alarms")
    for name, allowed in ALLOWED.items():
        own = [file for file in files if file.kind.startswith(name)]
        if not own:
            continue
        head = "".join(f"{most:>16}" for most in allowed)
        report.say(f"{name:<24}{head}")
        for method, judge in methods.items():
            bounds = -np.log10(P_VALUES) if method == "score" else BOUNDS
            scores = [
                file.rare if method == "score" else judge(file.costs, file.step)
                for file in own
            ]
            tried = [_at(own, scores, float(bound)) for bound in bounds]
            cells = "".join(f"{_best(tried, most):>16}" for most in allowed)
            report.say(f"{method:<24}{cells}")


def rareness(values: Floats, step: float) -> Floats:
    """Return how rare ``score`` calls each point, as -log10 of the p-value.

    NaN where a point is not far enough off to be odd at any rate.
    """
    start = pd.Timestamp("2026-01-01").date()
    found = points.judge(values[None], step, start, rate=1.0)
    rare = -np.log10(np.maximum(found.p_value[0], 1e-15))
    return np.where(found.is_odd[0], rare, np.nan)


def _at(files: list[File], scores: list[Floats], bound: float) -> tuple[int, int, int]:
    """Return anomalies, caught ones, and false alarms at a bound."""
    total = np.zeros(3, np.int64)
    for file, score in zip(files, scores, strict=True):
        total += counted(file, np.nan_to_num(score, nan=-1.0) >= bound)
    true, caught, false = (int(number) for number in total)
    return true, caught, false


def _best(tried: list[tuple[int, int, int]], most: int) -> str:
    fit = [one for one in tried if one[2] <= most]
    if not fit:
        return "-"
    true, caught, false = max(fit, key=lambda one: (one[1], -one[2]))
    return f"{caught}, {false}, {2 * caught / (true + caught + false):.2f}"


def counts(file: File, rate: float | None) -> NDArray[np.int64]:
    """Return anomalies, caught ones, and false alarms of ``score``."""
    rate = points.rate_of(None, file.step) if rate is None else rate
    return counted(file, _odd(file, rate))


def _odd(file: File, rate: float) -> Flags:
    return np.nan_to_num(file.rare, nan=-1.0) >= -np.log10(rate)


def counted(file: File, odd: Flags) -> NDArray[np.int64]:
    """Return anomalies, caught ones, and false alarms of odd points."""
    near = np.zeros(odd.size, dtype=np.bool_)
    for first, last in file.spans:
        near[first : last + 1 + AFTER] = True
    caught = sum(bool(odd[first : last + 1].any()) for first, last in file.spans)
    probation = int(PROBATION * odd.size)
    false = np.flatnonzero(odd & ~near & (np.arange(odd.size) >= probation))
    alarms = (np.diff(false, prepend=-odd.size) > TOGETHER * odd.size).sum()
    return np.array([len(file.spans), caught, alarms])


def _numenta(folder: Path) -> Iterator[File]:
    home = folder / "nab_cloud"
    windows = json.loads((home / "labels" / "combined_windows.json").read_text("utf-8"))
    for path in sorted(home.glob("*/*.csv")):
        table = pd.read_csv(path, parse_dates=["timestamp"])
        series = table.groupby("timestamp")["value"].mean()
        step = series.index.to_series().diff().median()
        series = series.resample(step).mean()
        spans = [
            (
                int(series.index.searchsorted(pd.Timestamp(first))),
                int(series.index.searchsorted(pd.Timestamp(last), "right")) - 1,
            )
            for first, last in windows[f"{path.parent.name}/{path.name}"]
        ]
        yield File(
            f"numenta {path.parent.name}",
            f"{path.parent.name}/{path.name}",
            series.to_numpy(float),
            step.total_seconds(),
            spans,
        )


def _merlion(folder: Path) -> Iterator[File]:
    for path in sorted((folder / "merlion_synthetic").glob("*.csv.gz")):
        table = pd.read_csv(path)
        name = path.name.removesuffix(".csv.gz").removesuffix("_anomaly")
        is_odd = np.zeros(len(table), dtype=np.bool_)
        if "anomaly" in table:
            is_odd = table["anomaly"].to_numpy() > 0
        edges = np.diff(is_odd.astype(int), prepend=0, append=0)
        firsts, lasts = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
        if "trend" in name:
            # Only the point at which the slope changes is labelled, and nothing shows
            # there yet.
            lasts = np.minimum(lasts + AFTER, len(table) - 1)
        spans = zip(firsts, lasts, strict=True)
        yield File(
            f"merlion {name.split('_')[-1]}",
            path.name,
            table.iloc[:, 1].to_numpy(float),
            float(table["timestamp"].iloc[1] - table["timestamp"].iloc[0]),
            [(int(first), int(last)) for first, last in spans],
        )
