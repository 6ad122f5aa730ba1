"""Simple methods to compare with, as many tools and spreadsheets use them.

Each gets the floors of money that detection has, and the bound at which it raises as
many alerts on the plain history as detection does: only what it finds for them differs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tasks.core.backtest.alarms import Alarm
from tasks.core.detection import floors, voices
from tasks.core.detection.declaration import Detection
from tasks.core.detectors import Flags, Floats, windows
from tasks.core.detectors.seasonal import MAD_TO_SIGMA
from tasks.core.findings.kinds import Columns
from tasks.core.findings.runs import Book

# Earlier days that a mean spans, and the first days that a fixed bound is made of.
MEAN_DAYS = 30
FIXED_DAYS = 60

# Noise that every series is granted.
SMALLEST_SPREAD = 0.02

# Bounds that are tried, from the strictest to the loosest.
BOUNDS = np.geomspace(1e3, 1e-2, 60)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a method makes of each day; every array is ``(n_series, n_days)``.

    Attributes:
        expected: What it expects.
        score: How odd a day is, in the method's own unit; signed.
    """

    expected: Floats
    score: Floats


def weekday_median(costs: Floats) -> Opinion:
    """Compare with the median of eight like weekdays, by their absolute deviations."""
    usual = windows.same_weekday_median(costs, 8, least=3)
    off = np.abs(costs - usual)
    spread = MAD_TO_SIGMA * windows.same_weekday_median(off, 8, least=3)
    spread = np.maximum(spread, SMALLEST_SPREAD * np.abs(usual))
    return Opinion(usual, (costs - usual) / np.maximum(spread, 1e-6))


def percent_over_mean(costs: Floats) -> Opinion:
    """Compare with the mean of the last thirty days, in shares of it."""
    known = np.isfinite(costs)
    total = np.cumsum(np.where(known, costs, 0.0), axis=1)
    count = np.cumsum(known, axis=1).astype(np.float64)
    lately = [
        windows.earlier(sums) - np.nan_to_num(windows.earlier(sums, MEAN_DAYS + 1))
        for sums in (total, count)
    ]
    is_known = lately[1] >= MEAN_DAYS / 2
    mean = np.where(is_known, lately[0] / np.maximum(lately[1], 1), np.nan)
    return Opinion(mean, (costs - mean) / np.maximum(np.abs(mean), 1e-6))


def fixed_bound(costs: Floats) -> Opinion:
    """Compare with the mean of a series' first sixty days, in their deviations."""
    age = windows.age(costs)
    first = np.where(age < FIXED_DAYS, costs, np.nan)
    known = np.isfinite(first)
    count = np.maximum(known.sum(axis=1), 1)
    mean = np.where(known, first, 0.0).sum(axis=1) / count
    off = np.where(known, first - mean[:, None], 0.0)
    spread = np.sqrt(np.square(off).sum(axis=1) / count)
    spread = np.maximum(spread, SMALLEST_SPREAD * np.abs(mean))
    score = (costs - mean[:, None]) / np.maximum(spread, 1e-6)[:, None]
    is_later = age >= FIXED_DAYS
    return Opinion(
        np.where(is_later, mean[:, None], np.nan), np.where(is_later, score, np.nan)
    )


METHODS: dict[str, Callable[[Floats], Opinion]] = {
    "weekday median and MAD": weekday_median,
    "percent over a mean": percent_over_mean,
    "fixed threshold": fixed_bound,
}


@dataclass(frozen=True, slots=True)
class Listener:
    """One method on one book.

    Attributes:
        book: The series.
        params: Floors and gaps.
        opinion: What the method makes of them.
        worth: Where a day deviates by enough, and may be told.
        small: Share of the least impact that counts on each day.
    """

    book: Book
    params: Detection
    opinion: Opinion
    worth: Flags = field(repr=False)
    small: Floats = field(repr=False)

    def alarms(self, bound: float) -> list[Alarm]:
        """Return the alerts at a bound."""
        found = []
        for row, columns, sign in self._runs(bound):
            told = self._told(row, columns, sign)
            if told is None:
                continue
            day = self.book.panel.day
            found.append(
                Alarm(
                    *(self.book.scopes[row], (), "", "up" if sign > 0 else "down"),
                    *(day(int(columns[0])), day(int(columns[-1])), day(told)),
                )
            )
        return found

    def _runs(self, bound: float) -> list[tuple[int, Columns, int]]:
        odd = self.worth & (np.abs(self.opinion.score) >= bound)
        runs: list[tuple[int, Columns, int]] = []
        for sign in (1, -1):
            rows, columns = np.nonzero(odd & (np.sign(self.opinion.score) == sign))
            far = np.diff(columns) > self.params.gap_days + 1
            cuts = np.flatnonzero((np.diff(rows) != 0) | far) + 1
            runs += [
                (int(rows[part[0]]), columns[part], sign)
                for part in np.split(np.arange(len(rows)), cuts)
                if len(part)
            ]
        return runs

    def _told(self, row: int, columns: Columns, sign: int) -> int | None:
        off = self.book.panel.costs[row] - self.opinion.expected[row]
        least = self.params.min_impact * self.small[columns[0]]
        reached = np.cumsum(sign * off[columns]) >= least
        return int(columns[int(reached.argmax())]) if reached.any() else None


def listen(book: Book, params: Detection, name: str) -> Listener:
    """Ask a method about the series of a book."""
    panel = book.panel
    opinion = METHODS[name](panel.costs)
    off = panel.costs - opinion.expected
    judged = np.isin(panel.charge_kinds, [voices.USAGE, voices.COMMITMENT])[:, None]
    may_fall = book.settled & voices.is_usage(panel)[:, None]
    worth = (
        judged
        & (np.abs(off) >= floors.money_floor(panel, params))
        & (np.abs(off) >= np.abs(opinion.expected) * params.floor_pct / 100)
        & ((off > 0) | may_fall)
    )
    return Listener(book, params, opinion, worth, floors.smallness(panel, params))


def bound_for(
    listener: Listener, alarms: Callable[[list[Alarm]], int], most: int
) -> float:
    """Return the loosest bound at which no more alerts are raised than allowed.

    Args:
        listener: A method on the plain history.
        alarms: Counts those that matter.
        most: How many are allowed.
    """
    best = float(BOUNDS[0])
    for bound in BOUNDS:
        if alarms(listener.alarms(float(bound))) > most:
            break
        best = float(bound)
    return best
