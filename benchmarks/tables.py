"""Daily tables through ``score``: events as a person would get them.

The tables are the daily costs of made-up companies, by account, service and region, as
``costwarden score --by …`` reads them, and a public labelled set, each of its series a
table of its own. An anomaly is caught when an event tells of its place and direction on
one of its days (``tasks.core.backtest.matching``); of the labelled set the event has to
begin on one of them. There the clean first year is not counted. Last come drawn tables
of sixty days: monthly fees are nothing to tell, one spike is.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import companies, finops
from benchmarks.companies import Finding
from benchmarks.measuring import Bar
from benchmarks.sections import Report
from tasks.core.detectors import Floats
from tasks.core.findings.anomalies import Scope
from tasks.core.scoring import daily, lengths, points, unfinished
from tasks.edge.database import warehouse

USAGE = "usage"
# Drawn tables: how many of how many days, and how many times as dear a fee or spike is.
SHORT_SEED, SHORT_TABLES, SHORT_DAYS, DEARER = 5, 400, 60, 1.8
SATURDAY = 5
KEYS = [field.name for field in fields(Scope)]


def measure(
    report: Report,
    folder: Path,
    seeds: Sequence[int],
    rows: int,
    labelled: Path | str | None,
) -> None:
    """Score the tables; print what was caught, by kind, and keep a bar."""
    report.say("Daily tables through score: made-up companies")
    results = [_company(folder, seed, rows) for seed in seeds]
    kinds: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        for kind, delays in result.delays.items():
            kinds[kind].extend(delay is not None for delay in delays)
    report.say(f"{'kind':<20}{'true':>8}{'caught':>8}")
    for kind, caught in sorted(kinds.items()):
        report.say(f"{kind:<20}{len(caught):>8}{sum(caught):>8}")
    every = [one for caught in kinds.values() for one in caught]
    false = sum(len(result.false) for result in results)
    again = sum(result.again for result in results)
    f1 = 2 * sum(every) / max(len(every) + sum(every) + false, 1)
    weeks = sum(result.series * result.weeks for result in results)
    report.say(
        f"{len(every)} anomalies, {sum(every)} caught, {again} told again, {false}"
        f" false, {false / weeks:.4f} a week of each series, F1 {f1:.2f}"
    )
    missed = sum(1 for caught in kinds.values() if not any(caught))
    report.add(Bar("kinds that score misses altogether in tables", 0, missed, ""))
    if labelled:
        _labelled(report, Path(labelled))
    _first_turns(report)


def _company(folder: Path, seed: int, rows: int) -> companies.Result:
    settings = companies.load_bills(folder, seed, rows, None)
    with warehouse.read(settings.database) as con:
        days = con.execute(
            "SELECT * EXCLUDE (bill_id) FROM series.daily_cost WHERE charge_kind = ?",
            [USAGE],
        ).to_arrow_table()
    table = days.to_pandas().astype({"effective_cost": "float64"})
    table = table.groupby([*KEYS, "charge_date"], dropna=False)["effective_cost"].sum()
    wide = table.unstack("charge_date").sort_index(axis=1)  # noqa: PD010
    scopes = [
        Scope(*(None if pd.isna(name) else name for name in key)) for key in wide.index
    ]
    start = pd.Timestamp(wide.columns[0]).date()
    values = wide.to_numpy(float)
    told = [
        Finding(
            scope=scopes[row],
            rolled_up=(),
            kind="",
            direction="up" if is_up else "down",
            first_date=start + timedelta(days=first),
            last_date=start + timedelta(days=last),
            detector="",
            explanation="",
        )
        for row, first, last, is_up in events(values, start)
    ]
    truths = companies.read_truth(folder / f"bills-{seed}")
    usage = [truth for truth in truths if truth.scope.charge_kind == USAGE]
    weeks = values.shape[1] / 7
    return companies.compare(told, usage, len(values), weeks)


def events(values: Floats, start: date) -> list[tuple[int, int, int, bool]]:
    """Return row, first and last day of each event at usual settings, and if it is up.

    Args:
        values: ``(n_series, n_days)``, NaN where unknown.
        start: The first day.
    """
    rate = points.rate_of(None, lengths.DAY, len(values))
    found = points.judge(values, lengths.DAY, start, rate=rate)
    found, _ = unfinished.hold_back(values, found, unfinished.usual(lengths.DAY))
    told = []
    for row, event in enumerate(found.event):
        for first in np.unique(event[event >= 0]).tolist():
            last = int(np.flatnonzero(event == first)[-1])
            told.append((row, first, last, bool(found.score[row, first] > 0)))
    return told


def _labelled(report: Report, folder: Path) -> None:
    world = finops.read(folder)
    caught, false, count = 0, 0, 0
    for row, spans in enumerate(world.events):
        told = [
            first
            for _, first, last, is_up in events(world.costs[[row]], world.start)
            if last >= finops.SECOND_YEAR and is_up
        ]
        odd = world.is_odd[row]
        count += len(spans)
        caught += sum(any(a <= day <= b for day in told) for a, b, _ in spans)
        false += sum(not odd[day] for day in told)
    report.say(
        f"a public labelled set, {len(world.events)} tables: {count} anomalies,"
        f" {caught} caught, {false} false"
    )


def _first_turns(report: Report) -> None:
    """Say what is told of monthly fees that short tables see for the first time."""
    for place in ("first day of a month", "last day of a month", "any day, once"):
        rng = np.random.default_rng(SHORT_SEED)
        told, count = 0, 0
        for _ in range(SHORT_TABLES):
            start = date(2025, 1, 1) + timedelta(days=int(rng.integers(0, 365)))
            days = pd.date_range(start, periods=SHORT_DAYS)
            values = 100 * np.exp(rng.normal(0, 0.05, SHORT_DAYS))
            values *= np.where(days.day_of_week >= SATURDAY, 0.8, 1.0)
            dearer = {
                "first day of a month": days.is_month_start,
                "last day of a month": days.is_month_end,
            }.get(place, np.arange(SHORT_DAYS) == rng.integers(21, SHORT_DAYS))
            values = np.where(dearer, values * DEARER, values)
            begun = {first for _, first, _, _ in events(values[None], start)}
            due = {int(at) for at in np.flatnonzero(dearer) if at >= daily.WARM_UP_DAYS}
            told, count = told + len(due & begun), count + len(due)
        report.say(f"short tables, dearer on {place}: {told} of {count} told")
