"""Usage lines of a month: demand, incidents, prices, coverage, and when they arrive."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tasks.core.simulation import exports, fleet, incidents, seasons
from tasks.core.simulation.incidents import Incident
from tasks.core.simulation.seasons import Floats, Ints, Rhythm
from tasks.core.simulation.world import World

# What was reported at first, where a correction follows, in proportion to the truth.
OVERCHARGED = 4.0


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


@dataclass(frozen=True)
class Month:
    """Meters of a month, ``(n_meters,)``, and their days, ``(n_meters, n_days)``.

    Attributes:
        index: Index of each meter that is alive.
        begin: First day.
        usual: Quantities as they would be without incidents.
        actual: Quantities as they are.
        covered: A commitment covers it.
        effective: Effective price.
    """

    index: Ints
    begin: int
    usual: Ints
    actual: Ints
    covered: NDArray[np.bool_]
    effective: Ints


def usage(world: World, month: int) -> tuple[Usage, dict[int, int]]:
    """Return the usage lines of a month.

    Returns:
        The lines, and the part of each incident's impact that lies in the month, by
        the incident's index, in units of 1e-10.
    """
    begin, end = world.span.days(month)
    meters = world.meters
    index = np.flatnonzero((meters.start < end) & (meters.end > begin))
    rng = np.random.default_rng([world.seed, world.number, 1 + month])
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
    impacts = _impacts(world, Month(index, begin, usual, actual, covered, effective))
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


def _impacts(world: World, month: Month) -> dict[int, int]:
    """Return what each incident adds to the effective cost of its days."""
    end = month.begin + month.actual.shape[1]
    found = {}
    for number, incident in enumerate(world.incidents):
        low, high = max(incident.first, month.begin), min(incident.last + 1, end)
        if low >= high:
            continue
        if incident.kind == "commitment" and not incident.meters.size:
            found[number] = _unused_impact(world, low, high)
        else:
            found[number] = _usage_impact(world, month, incident, low, high)
    return found


def _usage_impact(
    world: World, month: Month, incident: Incident, low: int, high: int
) -> int:
    rows = _rows(month.index, incident.meters)
    days = slice(low - month.begin, high - month.begin)
    net = np.where(month.covered, 100, 100 - world.cloud.discount_pct)
    cost = (month.actual * month.effective * net)[rows, days]
    meters, usual = month.index[rows], month.usual[rows, days]
    if incident.kind == "commitment":
        before = _covered_cost(world, meters, usual)
    else:
        before = _usual_cost(world, incident, meters, usual)
    return int(cost.sum()) - int(before.sum())


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
