"""How well ``score`` does on public sets of labelled metrics.

Two sets, neither of which is part of this repository: files of the Numenta Anomaly
Benchmark (``nab_cloud``), whose labels are windows, and the synthetic series that come
with Merlion (``merlion_synthetic``), whose labels are points. An anomaly is caught when
an odd point lies in it. Odd points outside of every anomaly that lie close together are
one false alarm. The set of Numenta has a time of probation at the beginning of each
file, in which nothing counts; so it is here.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.measuring import Bar
from benchmarks.sections import Report
from tasks.core.scoring import points

# Share of a file at its beginning in which Numenta's set counts nothing.
PROBATION = 0.15

# Points within which odd ones are one false alarm, as a share of the file.
TOGETHER = 0.01

# Points after an anomaly that are still its effect.
AFTER = 50

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class File:
    """One labelled series."""

    kind: str
    costs: NDArray[np.float64]
    step: float
    spans: list[tuple[int, int]]


def measure(report: Report, folder: Path | str | None, rate: float) -> None:
    """Score every file; print what was caught, by kind, and keep a bar."""
    report.say(f"Labelled metrics through score, at --rate {rate:g}")
    if not folder:
        report.say("not at hand: name their folder with --metrics")
        report.add(Bar("kinds that are missed altogether", 0, None, ""))
        return
    sums: dict[str, NDArray[np.int64]] = defaultdict(lambda: np.zeros(3, np.int64))
    for file in (*_numenta(Path(folder)), *_merlion(Path(folder))):
        sums[file.kind] += counts(file, rate)
    report.say(f"{'kind':<40}{'anomalies':>10}{'caught':>8}{'false':>8}")
    for kind, (true, caught, false) in sorted(sums.items()):
        report.say(f"{kind:<40}{true:>10}{caught:>8}{false:>8}")
    missed = sum(1 for true, caught, _ in sums.values() if true and not caught)
    report.add(Bar("kinds that are missed altogether", 0, float(missed), ""))


def counts(file: File, rate: float) -> NDArray[np.int64]:
    """Return anomalies, caught ones, and false alarms."""
    start = pd.Timestamp("2026-01-01").date()
    odd = points.judge(file.costs[None], file.step, start, rate=rate).is_odd[0]
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
        spans = zip(
            np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1, strict=True
        )
        yield File(
            f"merlion {name.split('_')[-1]}",
            table.iloc[:, 1].to_numpy(float),
            float(table["timestamp"].iloc[1] - table["timestamp"].iloc[0]),
            [(int(first), int(last)) for first, last in spans],
        )
