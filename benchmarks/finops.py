"""How well days are ranked on a public set of labelled daily costs.

The set is "finops-cost-anomaly-benchmark" (MIT): twelve series of two years whose
second year has 27 dearer events each. It is no part of this repository; say where it
lies. The measures are the set's own: F1 over days, dollar recall, and money that was
lost before the first alert of an event. A third of the days of the second year are
anomalous and each method's threshold is its own, so that methods are compared at an
equal rate of false alarms: we get the threshold that raises as many as the peer did,
series by series.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import peers
from benchmarks.measuring import Bar
from benchmarks.sections import Report
from tasks.core.detectors import Panel

Floats = NDArray[np.float64]

SERIES_SET = "focus_full_strict"
SECOND_YEAR = 365
# The set's own rule: a method may call this share of the clean first year odd.
FIRST_YEAR_SHARE = 0.99

PEERS: dict[str, Callable[[Floats, int, date], Floats]] = {
    "prophet": peers.prophet,
    "isolation_forest": peers.isolation_forest,
    "stl": peers.stl,
    "weekday_median": peers.weekday_median,
}

# What the set's authors published for Prophet, by service: share of normal days that
# were called odd, F1, dollar recall, money lost per event, share of money lost.
PUBLISHED = {
    "AWS / Compute": (0.2108, 0.5624, 0.9812, 52.142, 0.0467),
    "AWS / Databases": (0.0055, 0.4712, 0.8267, 7.7385, 0.2653),
    "AWS / Other": (0.1642, 0.6768, 0.9954, 12.5759, 0.0315),
    "Oracle / Compute": (0.1738, 0.6088, 0.9957, 6.1844, 0.0313),
}


@dataclass(frozen=True)
class Labelled:
    """The series and what is true of them.

    Attributes:
        services: Name of each series' service.
        costs: ``(n_series, n_days)`` daily cost.
        is_odd: The same shape: the day is anomalous.
        injected: The same shape: money that was added.
        events: Per series, first and last day and money of each event.
        start: The first day.
    """

    services: list[str]
    costs: Floats
    is_odd: NDArray[np.bool_]
    injected: Floats
    events: list[list[tuple[int, int, float]]]
    start: date


@dataclass(frozen=True, slots=True)
class Outcome:
    """The set's own measures of one series."""

    false_rate: float
    f1: float
    dollar_recall: float
    lost: float
    lost_share: float


def read(folder: Path) -> Labelled:
    """Read the series of the published run."""
    import pandas as pd

    days = pd.read_parquet(folder / "labelled_daily_cost_series.parquet")
    events = pd.read_csv(folder / "events.csv")
    days, events = (frame[frame["set"] == SERIES_SET] for frame in (days, events))
    keys = sorted(set(zip(days["service"], days["seed"], strict=True)))
    wide = days.pivot(  # noqa: PD010 - no two rows have the same key
        index=["service", "seed"],
        columns="day",
        values=["y", "is_anomaly", "cost_impact"],
    )
    told = dict(iter(events.groupby(["service", "seed"])))
    return Labelled(
        services=[service for service, _ in keys],
        costs=wide["y"].to_numpy(float),
        is_odd=wide["is_anomaly"].to_numpy(float) > 0,
        injected=wide["cost_impact"].to_numpy(float),
        events=[
            list(
                zip(
                    told[key]["start_day"],
                    told[key]["end_day"],
                    told[key]["total_excess_cost"],
                    strict=True,
                )
            )
            for key in keys
        ],
        start=days["date"].min().date(),
    )


def outcome(labelled: Labelled, row: int, is_told: NDArray[np.bool_]) -> Outcome:
    """Return the set's own measures of one series' alerts."""
    odd = labelled.is_odd[row, SECOND_YEAR:]
    told = is_told[SECOND_YEAR:]
    hits, false = (told & odd).sum(), (told & ~odd).sum()
    losses, caught, total = [], 0.0, 0.0
    for first, last, money in labelled.events[row]:
        days = is_told[first : last + 1]
        until = first + int(days.argmax()) if days.any() else last + 1
        losses.append(float(labelled.injected[row, first:until].sum()))
        caught += money if days.any() else 0.0
        total += money
    return Outcome(
        false_rate=float(false / (~odd).sum()),
        f1=float(2 * hits / max(told.sum() + odd.sum(), 1)),
        dollar_recall=caught / total,
        lost=mean(losses),
        lost_share=sum(losses) / total,
    )


def at_its_own(labelled: Labelled, scores: Floats) -> list[Outcome]:
    """Judge each series at the threshold that the set prescribes."""
    bounds = np.nanquantile(scores[:, :SECOND_YEAR], FIRST_YEAR_SHARE, axis=1)
    told = np.nan_to_num(scores, nan=-np.inf) > bounds[:, None]
    return [outcome(labelled, row, told[row]) for row in range(len(told))]


def at_rate(
    labelled: Labelled, scores: Floats, rates: Sequence[float]
) -> list[Outcome]:
    """Judge each series at the threshold with a rate of false alarms."""
    found = []
    for row, rate in enumerate(rates):
        own = np.nan_to_num(scores[row], nan=-np.inf)
        normal = own[SECOND_YEAR:][~labelled.is_odd[row, SECOND_YEAR:]]
        allowed = round(rate * normal.size)
        bound = np.sort(normal)[normal.size - 1 - allowed]
        found.append(outcome(labelled, row, own > bound))
    return found


def ours(labelled: Labelled) -> Floats:
    """Return how odd our detection calls each day that is dearer than expected."""
    from tasks.core.detectors.seasonal import Seasonal

    rows = len(labelled.costs)
    panel = Panel(
        start=labelled.start,
        costs=labelled.costs,
        quantities=np.full(labelled.costs.shape, np.nan),
        providers=("AWS",) * rows,
        charge_kinds=("usage",) * rows,
        accounts=np.zeros(rows, dtype=np.int64),
        since=np.zeros(rows, dtype=np.int64),
    )
    return Seasonal().score(panel).score


def measure(report: Report, folder: Path | str | None, names: Sequence[str]) -> None:
    """Compare with each peer at its rate of false alarms; print and keep bars."""
    report.say("A public labelled set of daily costs, twelve series of two years")
    labelled = read(Path(folder)) if folder else None
    if labelled is None:
        report.say("not at hand: name its folder with --finops")
    report.say(_line("method", ("false", "F1", "dollars", "lost", "lost share")))
    mine = None if labelled is None else ours(labelled)
    if labelled is not None and mine is not None:
        _say(report, "ours, at its own threshold", at_its_own(labelled, mine))
        for name in names:
            try:
                scores = PEERS[name](labelled.costs, SECOND_YEAR, labelled.start)
            except ImportError as error:
                report.say(f"{name}: {error}")
                continue
            theirs = at_its_own(labelled, scores)
            _say(report, f"{name}, here", theirs)
            rates = [one.false_rate for one in theirs]
            _say(report, "  ours at its rates", at_rate(labelled, mine, rates))
    _against_published(report, labelled, mine)


def _against_published(
    report: Report, labelled: Labelled | None, mine: Floats | None
) -> None:
    theirs = [Outcome(*numbers) for numbers in PUBLISHED.values()]
    _say(report, "Prophet, as published", theirs)
    peer = _means(theirs)
    own: Any = [None] * 5
    if labelled is not None and mine is not None:
        rates = [PUBLISHED[service][0] for service in labelled.services]
        found = at_rate(labelled, mine, rates)
        _say(report, "  ours at its rates", found)
        own = _means(found)
    report.add(
        Bar(
            "F1 against Prophet's, same false alarms",
            peer[1],
            own[1],
            "",
            is_least=True,
        )
    )
    report.add(
        Bar("dollar recall against Prophet's", peer[2], own[2], "", is_least=True)
    )
    report.add(
        Bar("money lost before an alert, against Prophet's", peer[3], own[3], "")
    )


def _means(outcomes: Sequence[Outcome]) -> tuple[float, ...]:
    return tuple(
        mean(getattr(one, name) for one in outcomes) for name in Outcome.__slots__
    )


def _say(report: Report, name: str, outcomes: Sequence[Outcome]) -> None:
    report.say(_line(name, tuple(f"{value:.3f}" for value in _means(outcomes))))


def _line(name: str, cells: Sequence[str]) -> str:
    return f"{name:<28}" + "".join(f"{cell:>11}" for cell in cells)
