"""The score of Numenta's benchmark, standard profile, of alerts as a person gets them.

An alert is the first odd point of an event. The first one in a window counts up to one,
the earlier the more; a window without counts minus one, and an alert outside up to
minus 0.11, less shortly after a window. 100 is perfect, 0 is silence.

Files are halved by their names: nothing is chosen by the half that is held out.

Source:
    Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms - the Numenta
    Anomaly Benchmark", ICMLA 2015; what others reached is added up from the results
    per file in its repository, for the 41 files that are at hand here.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Weight of a false alert, and relative distance from which it counts in full.
FALSE, FAR = 0.11, 3.0

# Share of a file in which nothing counts, and the points that is a share of at most.
PROBATION, LONGEST = 0.15, 5_000

# Reached by others on the same 41 files, by their published results.
PUBLISHED = {
    "CAD OSE": 64.0,
    "Numenta HTM (65.3 on all files)": 63.7,
    "KNN-CAD": 56.6,
    "relative entropy": 47.3,
}


@dataclass
class Tally:
    """What alerts of several files came to."""

    windows: int = 0
    caught: int = 0
    false: int = 0
    weeks: float = 0.0
    points: float = 0.0

    def add(
        self, alerts: Sequence[int], spans: Sequence[tuple[int, int]], size: int
    ) -> None:
        """Count the alerts of one file, by their places among ``size`` points."""
        first = probation(size)
        counted = [place for place in alerts if place >= first]
        self.windows += len(spans)
        for start, end in spans:
            own = [place for place in counted if start <= place <= end]
            self.caught += bool(own)
            self.points += _reward(own[0], start, end) if own else -1.0
        for place in counted:
            if not any(start <= place <= end for start, end in spans):
                self.false += 1
                self.points += FALSE * _after(place, spans)

    @property
    def score(self) -> float:
        """100 for perfect, 0 for silence."""
        return 50.0 * (self.points + self.windows) / max(self.windows, 1)

    @property
    def f1(self) -> float:
        """Of windows caught and alerts outside of them."""
        return 2 * self.caught / max(self.windows + self.caught + self.false, 1)


def probation(size: int) -> int:
    """Return how many points at a file's beginning do not count."""
    return int(PROBATION * min(size, LONGEST))


def is_held_out(name: str) -> bool:
    """Return whether a file is of the half that nothing is chosen by."""
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 1


def begins(event: NDArray[np.int64]) -> list[int]:
    """Return the first points of events, as ``points.judge`` tells them."""
    return np.flatnonzero(event == np.arange(event.size)).tolist()


def line(name: str, tally: Tally) -> str:
    """Return one row for people."""
    rate = tally.false / max(tally.weeks, 1e-9)
    return (
        f"{name:<32}{tally.windows:>8}{tally.caught:>8}{tally.false:>7}{rate:>10.2f}"
        f"{tally.f1:>7.2f}{tally.score:>8.1f}"
    )


def head() -> str:
    """Return the titles of ``line``."""
    return (
        f"{'alerts as people get them':<32}{'windows':>8}{'caught':>8}{'false':>7}"
        f"{'a week':>10}{'F1':>7}{'score':>8}"
    )


def _reward(place: int, start: int, end: int) -> float:
    width = end - start + 1
    return _curve(-(end - place + 1) / width) / _curve(-1.0)


def _after(place: int, spans: Iterable[tuple[int, int]]) -> float:
    before = [(start, end) for start, end in spans if end < place]
    if not before:
        return -1.0
    start, end = before[-1]
    return _curve((place - end) / max(end - start, 1))


def _curve(position: float) -> float:
    if position >= FAR:
        return -1.0
    return 2.0 / (1.0 + math.exp(5.0 * position)) - 1.0
