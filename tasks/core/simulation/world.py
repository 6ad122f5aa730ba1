"""The whole company: what it runs at each cloud, day by day, and what goes wrong."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from tasks.core.simulation import (
    aws,
    azure,
    commitments,
    exports,
    fleet,
    gcp,
    incidents,
    seasons,
    waste,
)
from tasks.core.simulation.catalogue import Cloud
from tasks.core.simulation.commitments import Commitment
from tasks.core.simulation.exports import Span
from tasks.core.simulation.fleet import Meters
from tasks.core.simulation.incidents import WISHES, Ground, Incident
from tasks.core.simulation.seasons import Floats, Ints, Rhythm
from tasks.core.simulation.waste import Waste

CLOUDS = (aws.CLOUD, azure.CLOUD, gcp.CLOUD)

# From this many rows on, AWS lines are hourly, as large companies export them.
HOURLY_ROWS = 2_000_000

# Savings plans are let lapse after this part of the span, reservations later.
LAPSES = {"savings_plan": (0.72, 12), "reservation": (0.55, 16)}

# How much a meter was over-reported at first, and for how many days.
OVERCHARGED, OVERCHARGED_DAYS = 4.0, 2


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
        healthy: Meters of machines that are used well.
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


@dataclass(frozen=True)
class Usage:
    """Usage lines of one month, one value per line in each field.

    Attributes:
        meter: Index of the meter.
        day: Day, counted from the first of the span.
        quantity: In units of its last decimal.
        first_quantity: What was reported before the correction.
        corrected_day: Day from which the correction is known; 0 where there is none.
        price: List price, in units of its last decimal.
        effective_price: What covered usage costs; the list price otherwise.
        is_covered: A commitment covers it.
        known_day: Day of the first export that has the line.
    """

    meter: Ints
    day: Ints
    quantity: Ints
    first_quantity: Ints
    corrected_day: Ints
    price: Ints
    effective_price: Ints
    is_covered: NDArray[np.bool_]
    known_day: Ints


def build(
    cloud: Cloud, rows: float, span: Span, seed: int, *, is_hourly: bool
) -> World:
    """Found the company at one cloud.

    Args:
        cloud: Where.
        rows: Usage lines wanted over the whole span.
        span: Days of bills.
        seed: Seed of all chance.
        is_hourly: One line per resource and hour.
    """
    rng = np.random.default_rng([seed, CLOUDS.index(cloud), 0])
    n_slots = max(3, round(rows / span.n_days / (24 if is_hourly else 1)))
    draft = fleet.draw(cloud, n_slots, span.n_days, rng)
    first = draft.meters()
    ground = Ground(cloud, draft, first, _ordinary_cost(cloud, first))
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
    return World(
        cloud=cloud,
        span=span,
        seed=seed,
        is_hourly=is_hourly,
        meters=meters,
        rhythm=fleet.rhythm(cloud, meters, rng),
        incidents=found + lapsed,
        commitments=kept,
        restatements=_restatements(cloud, meters, touched, span),
        wastes=wastes,
    )


def usage(world: World, month: int) -> tuple[Usage, dict[int, int]]:
    """Return the usage lines of a month.

    Returns:
        The lines, and the part of each incident's impact that lies in the month, by
        the incident's index, in units of 1e-10.
    """
    begin, end = world.span.days(month)
    meters = world.meters
    index = np.flatnonzero((meters.start < end) & (meters.end > begin))
    rng = np.random.default_rng([world.seed, CLOUDS.index(world.cloud), 1 + month])
    days = seasons.calendar(world.span.date(begin), end - begin)
    part = fleet.subset(meters, index)
    factors = seasons.demand(
        _rhythm_of(world.rhythm, index), days, world.span.first, rng
    )
    usual = fleet.quantities(world.cloud, part, factors)
    changed, prices = _with_incidents(world, index, factors, days, begin)
    actual = fleet.quantities(world.cloud, part, changed)
    numbers = np.arange(begin, end)
    alive = (part.start[:, None] <= numbers) & (part.end[:, None] > numbers)
    usual[~alive], actual[~alive] = 0, 0
    covered, effective = _coverage(world, index, prices, begin, end)
    impacts = _impacts(world, index, usual, actual, covered, effective, begin)
    row, column = np.nonzero(actual)
    is_covered = covered[row, column]
    late = np.where(is_covered, 0, exports.lags(row.size, rng))
    found = Usage(
        meter=index[row],
        day=column + begin,
        quantity=actual[row, column],
        first_quantity=actual[row, column],
        corrected_day=np.zeros(row.size, dtype=np.int64),
        price=prices[row, column],
        effective_price=effective[row, column],
        is_covered=is_covered,
        known_day=column + begin + 1 + late,
    )
    return _restated(world, found), impacts


def _ordinary_cost(cloud: Cloud, meters: Meters) -> Floats:
    """Return the list cost a day of each meter, averaged over its life."""
    skus = [cloud.skus[item.sku] for item in meters.fleets]
    per_day = meters.of_fleet([sku.per_day for sku in skus])
    units = meters.of_fleet([10.0**-sku.price_decimals for sku in skus])
    life = (meters.end - meters.start) / meters.end.max()
    return np.asarray(per_day * meters.scale * meters.price * units * life)


def _incidents(ground: Ground, seed: int) -> list[Incident]:
    """Place this cloud's share of the wishes."""
    number = CLOUDS.index(ground.cloud)
    rng = np.random.default_rng([seed, number, 999])
    mine = [wish for wish in WISHES if wish.cloud == number]
    days = incidents.wish_days(len(mine), ground.draft.n_days, rng)
    placed = (
        incidents.place(ground, wish, day) for wish, day in zip(mine, days, strict=True)
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


def _restatements(
    cloud: Cloud, meters: Meters, touched: NDArray[np.bool_], span: Span
) -> list[Restatement]:
    """Pick the dearest metered resource that nothing else happens to."""
    skus = [cloud.skus[item.sku] for item in meters.fleets]
    is_metered = np.array([sku.pattern in incidents.METERED for sku in skus])
    cost = _ordinary_cost(cloud, meters) * (is_metered[meters.fleet] & ~touched)
    order = np.argsort(-cost)
    found = []
    for month in range(span.n_months):
        known = exports.correction_day(span, cloud.provider, month)
        begin, end = span.days(month)
        if known is not None and known <= span.n_days and end - begin > 15:  # noqa: PLR2004
            first = begin + 12
            meter = int(order[len(found)])
            last = first + OVERCHARGED_DAYS - 1
            found.append(Restatement(meter, first, last, known))
    return found


def _rhythm_of(rhythm: Rhythm, index: Ints) -> Rhythm:
    return Rhythm(
        pattern=rhythm.pattern[index],
        noise=rhythm.noise[index],
        growth=rhythm.growth[index],
        phase=rhythm.phase[index],
        is_monthly=rhythm.is_monthly[index],
    )


def _with_incidents(
    world: World, index: Ints, factors: Floats, days: seasons.Days, begin: int
) -> tuple[Floats, Ints]:
    """Return the demand and the list prices of a month with all incidents."""
    changed = factors.copy()
    prices = np.repeat(world.meters.price[index][:, None], days.size, axis=1)
    numbers = begin + np.arange(days.size)
    weekdays = (days.astype(np.int64) + 3) % 7
    for incident in world.incidents:
        rows = _rows(index, incident.meters)
        if not rows.size:
            continue
        if incident.kind == "price_change":
            dearer = np.rint(prices[rows] * incident.factor).astype(np.int64)
            prices[rows] = np.where(numbers >= incident.first, dearer, prices[rows])
        elif incident.kind != "commitment" and not incident.is_added:
            pattern = world.rhythm.pattern[index[rows]]
            changed[rows] *= incidents.path(
                _present(incident, index), weekdays, numbers, pattern
            )
    return changed, prices


def _present(incident: Incident, index: Ints) -> Incident:
    """Return the incident with those of its meters that are alive."""
    return replace(incident, meters=np.intersect1d(incident.meters, index))


def _rows(index: Ints, meters: Ints) -> Ints:
    """Return where the meters stand in a sorted index, leaving out absent ones."""
    return np.flatnonzero(np.isin(index, meters))


def _coverage(
    world: World, index: Ints, prices: Ints, begin: int, end: int
) -> tuple[NDArray[np.bool_], Ints]:
    """Return what commitments cover in a month, and the effective prices."""
    covered = np.zeros(prices.shape, dtype=np.bool_)
    effective = prices.copy()
    for item in world.commitments:
        rows = np.searchsorted(index, item.meters)
        covered[rows] = item.is_covered[:, begin:end]
        effective[rows] = np.where(covered[rows], item.price[:, None], prices[rows])
    return covered, effective


def _impacts(
    world: World,
    index: Ints,
    usual: Ints,
    actual: Ints,
    covered: NDArray[np.bool_],
    effective: Ints,
    begin: int,
) -> dict[int, int]:
    """Return what each incident adds to the effective cost of its days."""
    found = {}
    net = np.where(covered, 100, 100 - world.cloud.discount_pct)
    for number, incident in enumerate(world.incidents):
        low = max(incident.first - begin, 0)
        high = min(incident.last + 1 - begin, actual.shape[1])
        if low >= high:
            continue
        if incident.kind == "commitment" and not incident.meters.size:
            found[number] = _unused_impact(world, begin + low, begin + high)
            continue
        rows = _rows(index, incident.meters)
        days = slice(low, high)
        cost = actual[rows, days] * effective[rows, days] * net[rows, days]
        if incident.kind == "commitment":
            before = _covered_cost(world, index[rows], usual[rows, days])
        else:
            before = _usual_cost(world, incident, index[rows], usual[rows, days])
        found[number] = int(cost.sum()) - int(before.sum())
    return found


def _usual_cost(world: World, incident: Incident, meters: Ints, usual: Ints) -> Ints:
    if incident.is_added:
        return np.zeros_like(usual)
    price = world.meters.price[meters][:, None]
    return np.asarray(usual * price * (100 - world.cloud.discount_pct))


def _covered_cost(world: World, meters: Ints, usual: Ints) -> Ints:
    prices = {
        int(meter): int(price)
        for item in world.commitments
        for meter, price in zip(item.meters, item.price, strict=True)
    }
    price = np.array([prices[int(meter)] for meter in meters], dtype=np.int64)
    return np.asarray(usual * price[:, None] * 100)


def _unused_impact(world: World, low: int, high: int) -> int:
    """Return what is unused beyond the first day's, over all lapsed commitments."""
    total = 0
    for item in world.commitments:
        total += int((item.unused[low:high] - item.unused[0]).sum())
    return total * 100


def _restated(world: World, found: Usage) -> Usage:
    first = found.first_quantity.copy()
    corrected = found.corrected_day.copy()
    for item in world.restatements:
        is_hit = (found.meter == item.meter) & (found.day >= item.first)
        is_hit &= found.day <= item.last
        first[is_hit] = np.rint(first[is_hit] * OVERCHARGED).astype(np.int64)
        corrected[is_hit] = item.known_day
    return replace(found, first_quantity=first, corrected_day=corrected)
