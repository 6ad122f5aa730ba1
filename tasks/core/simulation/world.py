"""The whole company: what it runs at each cloud, day by day, and what goes wrong."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tasks.core.simulation import (
    aws,
    azure,
    commitments,
    exports,
    fleet,
    gcp,
    placing,
    waste,
)
from tasks.core.simulation.catalogue import Cloud
from tasks.core.simulation.commitments import HOURS_A_DAY, Commitment
from tasks.core.simulation.exports import Span
from tasks.core.simulation.fleet import PASSING_HOURS, Meters
from tasks.core.simulation.incidents import WISHES, Incident
from tasks.core.simulation.placing import Ground
from tasks.core.simulation.seasons import Floats, Ints, Rhythm
from tasks.core.simulation.waste import Waste

CLOUDS = (aws.CLOUD, azure.CLOUD, gcp.CLOUD)

# From this many rows on, AWS lines are hourly, as large companies export them.
HOURLY_ROWS = 2_000_000

# A company has an account for this many resources, once it has outgrown its first ones.
ACCOUNT_RESOURCES = 4_000

# Lines for each line of usage: negations, fees, taxes.
LINES_PER_USAGE = 1.07

# Savings plans are let lapse after this part of the span, reservations later.
LAPSES = {"savings_plan": (0.72, 12), "reservation": (0.55, 16)}

# An incident that adds less than this to its series is no anomaly, but noise.
LOUD = 0.1

# How a meter was over-reported at first: from which day of the month, for how many.
OVERCHARGED_FROM, OVERCHARGED_DAYS = 12, 2
LONG_MONTH = 15


@dataclass(frozen=True, slots=True)
class Restatement:
    """Usage that was reported too high until the bill was corrected."""

    meter: int
    first: int
    last: int
    known_day: int


@dataclass(frozen=True)
class World:
    """One cloud's part of the company.

    Attributes:
        cloud: The cloud.
        span: Days of bills.
        seed: Seed of all chance.
        is_hourly: One line per resource and hour rather than per day.
        meters: What is metered.
        rhythm: How it moves.
        incidents: What goes wrong.
        commitments: What was bought ahead.
        restatements: What was billed wrongly and corrected.
        wastes: What could be saved.
        whispers: Incidents too small for their series to show.
    """

    cloud: Cloud
    span: Span
    seed: int
    is_hourly: bool
    meters: Meters
    rhythm: Rhythm
    incidents: list[Incident]
    commitments: list[Commitment]
    restatements: list[Restatement]
    wastes: list[Waste]
    whispers: list[Incident]

    @property
    def number(self) -> int:
        """The cloud's place among ``CLOUDS``."""
        return number_of(self.cloud)

    @property
    def parts_a_day(self) -> int:
        """Lines that a day can have at most, for one resource."""
        return HOURS_A_DAY if self.is_hourly else 1

    @cached_property
    def parts(self) -> Ints:
        """Lines of a day, one value per meter."""
        hours = self.meters.hours
        return hours if self.is_hourly else np.ones_like(hours)

    @cached_property
    def opens(self) -> Ints:
        """Part of the day of the first of those lines, one value per meter."""
        opens = self.meters.opens
        return opens if self.is_hourly else np.zeros_like(opens)


def number_of(cloud: Cloud) -> int:
    """Return the place of the cloud's provider among ``CLOUDS``."""
    return [known.provider for known in CLOUDS].index(cloud.provider)


def build(
    cloud: Cloud,
    rows: float,
    span: Span,
    seed: int,
    *,
    is_hourly: bool,
    resources: int = 0,
) -> World:
    """Found the company at one cloud.

    Args:
        cloud: Where.
        rows: Lines wanted over the whole span, about.
        span: Days of bills.
        seed: Seed of all chance.
        is_hourly: One line per resource and hour.
        resources: Resources wanted over the whole span, about; those that the lines
            do not suffice for come and go within a day.
    """
    rng = np.random.default_rng([seed, number_of(cloud), 0])
    cloud = aws.grown(cloud, resources // ACCOUNT_RESOURCES)
    life = span.n_days * (HOURS_A_DAY if is_hourly else 1)
    lines = rows / LINES_PER_USAGE
    passing = _passing(lines, life, resources) if is_hourly else 0
    n_slots = max(3, round((lines - passing * PASSING_HOURS) / life))
    draft = fleet.draw(cloud, n_slots, span.n_days, rng, passing)
    first = draft.meters()
    ground = Ground(
        cloud, draft, first, _ordinary_cost(cloud, first), span.first.weekday()
    )
    found = _incidents(ground, seed)
    meters = draft.meters()
    touched = np.zeros(meters.size, dtype=np.bool_)
    for incident in found:
        touched[incident.meters] = True
    wastes = waste.find(cloud, meters, ~touched, span.n_days, rng)
    wasted = np.array([item.meter for item in wastes], dtype=np.int64)
    free = ~touched
    free[wasted] = False
    bought = commitments.buy(cloud, meters, free, span.n_days, rng)
    kept, lapsed = _lapse(bought, cloud, meters, span.n_days)
    costs = _ordinary_cost(cloud, meters)

    def is_loud(item: Incident) -> bool:
        return _lost_cover(cloud, meters, bought, item, costs) >= LOUD

    return World(
        cloud=cloud,
        span=span,
        seed=seed,
        is_hourly=is_hourly,
        meters=meters,
        rhythm=fleet.rhythm(cloud, meters, rng),
        incidents=found + [item for item in lapsed if is_loud(item)],
        whispers=[item for item in lapsed if not is_loud(item)],
        commitments=kept,
        restatements=_restatements(cloud, meters, touched, span),
        wastes=wastes,
    )


def _passing(lines: float, life: int, resources: int) -> int:
    """Return how many of the resources can only pass, for want of lines."""
    lasting = (lines - resources * PASSING_HOURS) / (life - PASSING_HOURS)
    return max(0, round(resources - max(lasting, 0)))


def _ordinary_cost(cloud: Cloud, meters: Meters) -> Floats:
    """Return the list cost a day of each meter, averaged over its life."""
    skus = [cloud.skus[item.sku] for item in meters.fleets]
    per_day = meters.of_fleet([sku.per_day for sku in skus])
    units = meters.of_fleet([10.0**-sku.price_decimals for sku in skus])
    life = (meters.end - meters.start) / meters.end.max()
    return np.asarray(per_day * meters.scale * meters.price * units * life)


def _incidents(ground: Ground, seed: int) -> list[Incident]:
    """Place this cloud's share of the wishes."""
    number = number_of(ground.cloud)
    rng = np.random.default_rng([seed, number, 999])
    mine = [wish for wish in WISHES if wish.cloud == number]
    days = placing.wish_days(len(mine), ground.draft.n_days, rng)
    placed = (
        placing.place(ground, wish, day) for wish, day in zip(mine, days, strict=True)
    )
    return [incident for incident in placed if incident]


def _lapse(
    bought: list[Commitment], cloud: Cloud, meters: Meters, n_days: int
) -> tuple[list[Commitment], list[Incident]]:
    """Let the largest commitment of the cloud go unused for a while."""
    if not bought:
        return [], []
    largest = max(range(len(bought)), key=lambda i: bought[i].total)
    part, days = LAPSES[bought[largest].offer.kind]
    changed, found = commitments.let_lapse(
        bought[largest], cloud, meters, int(n_days * part), days
    )
    return [*bought[:largest], changed, *bought[largest + 1 :]], found


def _lost_cover(
    cloud: Cloud,
    meters: Meters,
    bought: list[Commitment],
    item: Incident,
    costs: Floats,
) -> float:
    """Return how much dearer a series gets without its cover; 1 for what is unused."""
    if not item.meters.size:
        return 1.0
    saved = {
        int(meter): 1 - commitment.offer.rate_pct / 100
        for commitment in bought
        for meter in commitment.meters
    }
    extra = sum(saved[int(meter)] * costs[meter] for meter in item.meters)
    fleets = [
        (fleet.account, cloud.skus[fleet.sku].service.code, fleet.region)
        == (item.account, item.service, item.region)
        for fleet in meters.fleets
    ]
    return float(extra / costs[np.array(fleets)[meters.fleet]].sum())


def _restatements(
    cloud: Cloud, meters: Meters, touched: NDArray[np.bool_], span: Span
) -> list[Restatement]:
    """Pick the dearest metered resource that nothing else happens to."""
    skus = [cloud.skus[item.sku] for item in meters.fleets]
    is_metered = np.array([sku.pattern in placing.METERED for sku in skus])
    cost = _ordinary_cost(cloud, meters) * (is_metered[meters.fleet] & ~touched)
    order = np.argsort(-cost)
    found: list[Restatement] = []
    for month in range(span.n_months):
        known = exports.correction_day(span, cloud.provider, month)
        begin, end = span.days(month)
        if known is not None and known <= span.n_days and end - begin > LONG_MONTH:
            first = begin + OVERCHARGED_FROM
            meter = int(order[len(found)])
            last = first + OVERCHARGED_DAYS - 1
            found.append(Restatement(meter, first, last, known))
    return found
