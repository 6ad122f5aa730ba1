"""What takes two places, or a sum, to see: costs that move, many that rise a little.

Small companies are drawn, each with three moves, or as many rises and falls that have
nothing to do with each other, or one service of which every account rises a little, or
falls a little and stays there, or all of a company with several billing accounts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from benchmarks.sections import Report
from tasks.core.detection import alerts, looking
from tasks.core.detection.declaration import Detection
from tasks.core.detectors import Panel
from tasks.core.findings.anomalies import Anomaly, Scope
from tasks.core.findings.runs import Book

Floats = NDArray[np.float64]
Causes = list[tuple[int, int, int]]

DAYS = 240
FIRST, LAST = 150, 220
REGIONS = ("eu-west-1", "us-east-1", "ap-south-1")
SERVICES = ("Amazon EC2", "Amazon S3", "Amazon RDS", "AWS Lambda", "Amazon EBS")
ACCOUNTS = ("1", "2", "3", "4", "5")
SCOPES = [
    Scope("AWS", "payer", account, service, region, "usage", "USD")
    for account in ACCOUNTS
    for service in SERVICES
    for region in REGIONS
]
PAYERS = ("payer", "payer", "second payer", "second payer", "subscription")
APART = [
    replace(
        one,
        provider="Microsoft" if one.sub_account_id == ACCOUNTS[-1] else "AWS",
        billing_account_id=PAYERS[ACCOUNTS.index(str(one.sub_account_id))],
    )
    for one in SCOPES
]
MOVES = 3
PLACES = ("region_id", "sub_account_id", "service_name")

# Days of a rise that only a sum shows, and how many times its noise each series rises.
SPREAD_DAYS, SPREAD_BY = 5, 1.6

# The same of a rise of everything, which no billing account shows alone; and days of a
# fall.
EVERYWHERE_BY, FALL_DAYS = 0.8, 28


def measure(report: Report, seeds: Sequence[int]) -> None:
    """Draw companies of each sort, and print what became of what they hide."""
    report.say(f"Moves and sums, {len(seeds)} companies of {len(SCOPES)} series each")
    sorts: dict[str, Callable[[np.random.Generator, Floats, Floats], Causes]] = {
        "moves": _moves,
        "unrelated rises and falls": _unrelated,
        "only in the sum": _spread,
        "only in the sum, falling": _fallen,
        "in several billing accounts": _everywhere,
    }
    for name, hide in sorts.items():
        counts: Counter[str] = Counter()
        for seed in seeds:
            rng = np.random.default_rng([seed, len(name)])
            costs, noise = company(rng)
            causes = hide(rng, costs, noise)
            scopes = APART if hide is _everywhere else SCOPES
            counts += _told(_found(costs, scopes), causes, name, scopes)
        report.say(f"  {name}: {dict(sorted(counts.items()))}")


def company(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return costs without any event, and how much each series wobbles."""
    rows = len(SCOPES)
    level = rng.lognormal(4.5, 0.8, (rows, 1))
    rest = np.where(np.arange(DAYS) % 7 >= 5, rng.uniform(0.5, 1.0, (rows, 1)), 1.0)
    noise = rng.uniform(0.03, 0.12, (rows, 1))
    return level * rest * np.exp(noise * rng.standard_normal((rows, DAYS))), noise


def _moves(rng: np.random.Generator, costs: Floats, _noise: Floats) -> Causes:
    """Let most of a series move to another one, dearer or cheaper, within two days."""
    causes: Causes = []
    for origin in rng.permutation(len(SCOPES)):
        used = {row for cause in causes for row in cause[1:]}
        over = PLACES[len(causes)]
        beside = [
            row for row in range(len(SCOPES)) if _differs(row, int(origin)) == {over}
        ]
        to = int(rng.choice(beside))
        if used & {to, int(origin)}:
            continue
        day, late = int(rng.integers(FIRST, LAST)), int(rng.integers(0, 3))
        gone = rng.uniform(0.5, 1.0) * costs[origin, day:]
        costs[origin, day:] -= gone
        costs[to, day + late :] += rng.uniform(0.6, 1.5) * gone[late:]
        causes.append((day, to, int(origin)))
        if len(causes) == MOVES:
            break
    return causes


def _differs(row: int, other: int) -> set[str]:
    one, two = SCOPES[row], SCOPES[other]
    return {name for name in PLACES if getattr(one, name) != getattr(two, name)}


def _unrelated(rng: np.random.Generator, costs: Floats, _noise: Floats) -> Causes:
    """Let as many series rise as others fall, each on a day of its own."""
    rows = rng.permutation(len(SCOPES))[: 2 * MOVES]
    causes: Causes = []
    for place, row in enumerate(map(int, rows)):
        day = int(rng.integers(FIRST, LAST))
        costs[row, day:] *= (
            rng.uniform(1.5, 2.5) if place % 2 else rng.uniform(0.0, 0.5)
        )
        causes.append((day, row, row))
    return causes


def _spread(rng: np.random.Generator, costs: Floats, noise: Floats) -> Causes:
    """Let a service rise in all accounts and regions by little more than its noise."""
    service = str(rng.choice(SERVICES))
    rows = [row for row, one in enumerate(SCOPES) if one.service_name == service]
    day = int(rng.integers(FIRST, LAST))
    costs[rows, day : day + SPREAD_DAYS] *= np.exp(SPREAD_BY * noise[rows])
    return [(day, row, row) for row in rows[:1]]


def _fallen(rng: np.random.Generator, costs: Floats, noise: Floats) -> Causes:
    """Let a service fall in all accounts and regions, and stay there for weeks."""
    service = str(rng.choice(SERVICES))
    rows = [row for row, one in enumerate(SCOPES) if one.service_name == service]
    day = int(rng.integers(FIRST, LAST - FALL_DAYS + SPREAD_DAYS))
    costs[rows, day : day + FALL_DAYS] *= np.exp(-SPREAD_BY * noise[rows])
    return [(day, row, row) for row in rows[:1]]


def _everywhere(rng: np.random.Generator, costs: Floats, noise: Floats) -> Causes:
    """Let everything rise by less than its noise, in all billing accounts."""
    day = int(rng.integers(FIRST, LAST))
    costs[:, day : day + SPREAD_DAYS] *= np.exp(EVERYWHERE_BY * noise)
    return [(day, 0, 0)]


def _found(costs: Floats, scopes: Sequence[Scope]) -> list[Anomaly]:
    told = book(costs, scopes)
    params = Detection()
    judged = alerts.find(told.panel, told.settled, params)
    return looking.find(told, judged, params)


def book(costs: Floats, scopes: Sequence[Scope]) -> Book:
    """Return costs of some scopes, all complete, as detection wants them."""
    rows = len(scopes)
    accounts = [(one.provider, one.billing_account_id) for one in scopes]
    known = list(dict.fromkeys(accounts))
    panel = Panel(
        start=date(2025, 1, 1),
        costs=costs,
        quantities=np.full(costs.shape, np.nan),
        providers=tuple(one.provider for one in scopes),
        charge_kinds=("usage",) * rows,
        accounts=np.array([known.index(one) for one in accounts]),
        since=np.zeros(rows, dtype=np.int64),
    )
    settled = np.ones(costs.shape, dtype=np.bool_)
    return Book(panel, scopes, settled, lambda row, day: Decimal(costs[row, day]))


def _told(
    found: Sequence[Anomaly], causes: Causes, name: str, scopes: Sequence[Scope]
) -> Counter[str]:
    """Count what became of each cause, and the alerts of none."""
    counts: Counter[str] = Counter()
    is_true = [False] * len(found)
    for day, to, origin in causes:
        hits = [
            place
            for place, one in enumerate(found)
            if abs((one.first_date - date(2025, 1, 1)).days - day) <= SPREAD_DAYS
            and any(_is_about(one, scopes[row]) for row in (to, origin))
        ]
        for place in hits:
            is_true[place] = True
        told = [found[place] for place in hits]
        counts[_fate(told, to, origin, name)] += 1
    counts["false"] += is_true.count(False)
    return counts


def _fate(told: Sequence[Anomaly], to: int, origin: int, name: str) -> str:
    moved = [one for one in told if one.moved_from is not None]
    if not told:
        return "missed"
    if name == "moves":
        is_right = len(told) == 1 and [one.moved_from for one in moved] == [
            SCOPES[origin]
        ]
        return "told once" if is_right and moved[0].scope == SCOPES[to] else "apart"
    if name == "in several billing accounts":
        is_wide = any("billing_account_id" in one.rolled_up for one in told)
        return "told of the total" if is_wide else "of a part"
    if name.startswith("only in the sum"):
        return "told" if any(one.spread_over for one in told) else "of a member"
    return "paired by accident" if moved else "told"


def _is_about(one: Anomaly, scope: Scope) -> bool:
    places: Iterable[Scope | None] = (one.scope, one.moved_from)
    return any(
        place is not None
        and all(
            name in one.rolled_up or getattr(place, name) == getattr(scope, name)
            for name in PLACES
        )
        for place in places
    )
