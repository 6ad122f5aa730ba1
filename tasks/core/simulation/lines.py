"""Usage lines of the AWS report: what each costs, and what it shares with others.

Amounts stay whole numbers until the last step, which divides once by a power of ten:
so every amount is the nearest double to its exact decimal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tasks.core.simulation.fleet import quantity_decimals
from tasks.core.simulation.machines import normalization_factor
from tasks.core.simulation.metering import Usage
from tasks.core.simulation.seasons import Floats, Ints
from tasks.core.simulation.world import World

# Line item types, by kind.
TYPES = ("Usage", "SavingsPlanCoveredUsage", "SavingsPlanNegation", "DiscountedUsage")
USAGE, COVERED, NEGATION, RESERVED = range(4)

# Lines that are worked on at once: large enough to be quick, small enough for memory.
CHUNK = 250_000

PRICE_BITS = 32


@dataclass(frozen=True)
class Items:
    """What many lines have in common; one value per item.

    Attributes:
        meter: Index of the meter.
        kind: Index into ``TYPES``.
        price: List price, in units of its last decimal.
        effective_price: What covered usage costs, in the same units.
    """

    meter: Ints
    kind: Ints
    price: Ints
    effective_price: Ints


@dataclass(frozen=True)
class Lines:
    """Lines of an export at the grain of a day, one value per line.

    Attributes:
        items: The items.
        item: Index into them.
        day: Day, counted from the first of the month.
        quantity: In units of its last decimal.
    """

    items: Items
    item: Ints
    day: Ints
    quantity: Ints


@dataclass(frozen=True)
class Constants:
    """What amounts are made of, one value per item.

    Attributes:
        scale: Units of the quantity's last decimal in one.
        upfront: Part of the covered price that was paid up front.
        size: AWS's measure of a machine's size; NaN for what is none.
    """

    scale: Ints
    upfront: Ints
    size: Floats


@dataclass(frozen=True)
class Amounts:
    """Amounts of lines, one value per line and part of the day; NaN where none.

    Attributes:
        item: Index of the item.
        slot: Index of the part of the day.
        columns: Columns of CUR 2.0 by name.
    """

    item: Ints
    slot: NDArray[np.int16]
    columns: dict[str, Floats]


def lines(world: World, usage: Usage, month: int, known_day: int) -> Lines:
    """Return the lines that an export holds, negations beside what they take back."""
    is_in = usage.known_day <= known_day
    is_old = usage.corrected_day > known_day
    quantity = np.where(is_old, usage.first_quantity, usage.quantity)[is_in]
    kind = np.where(usage.is_covered, _covered_kinds(world)[usage.meter], USAGE)[is_in]
    taken = np.flatnonzero(kind == COVERED)
    source = np.concatenate([np.arange(kind.size), taken])
    kinds = np.concatenate([kind, np.full(taken.size, NEGATION)])
    meter, day = usage.meter[is_in][source], usage.day[is_in][source]
    price = usage.price[is_in][source]
    key = ((_ranks(world)[meter] << 2) | kinds) << PRICE_BITS | price
    _, first, item = np.unique(key, return_index=True, return_inverse=True)
    effective = usage.effective_price[is_in][source]
    begin, _ = world.span.days(month)
    order = np.lexsort((item, day))
    return Lines(
        items=Items(meter[first], kinds[first], price[first], effective[first]),
        item=item[order],
        day=day[order] - begin,
        quantity=quantity[source][order],
    )


def _ranks(world: World) -> Ints:
    """Return each meter's place within an hour: by service, usage type and fleet."""
    meters = world.meters
    names = [
        (world.cloud.skus[fleet.sku].service.code, world.cloud.skus[fleet.sku].name)
        for fleet in meters.fleets
    ]
    fleets = np.argsort(np.array(sorted(range(len(names)), key=names.__getitem__)))
    ranks = np.empty(meters.size, dtype=np.int64)
    ranks[np.argsort(fleets[meters.fleet], kind="stable")] = np.arange(meters.size)
    return ranks


def amounts(world: World, found: Lines) -> Iterator[Amounts]:
    """Yield the amounts of all lines by day and hour, in chunks of ``CHUNK`` lines."""
    meter = found.items.meter
    constants = Constants(
        scale=10 ** quantity_decimals(world.cloud, world.meters)[meter],
        upfront=_upfront_prices(world)[meter],
        size=_sizes(world)[meter],
    )
    count = world.parts[meter[found.item]]
    for start, end in pairwise(_groups(found.day, count)):
        line, number = _parts(world, found, start, count[start:end])
        for begin in range(0, line.size, CHUNK):
            part = slice(begin, begin + CHUNK)
            yield _chunk(world, found, line[part], number[part], constants)


def _groups(day: Ints, count: Ints) -> list[int]:
    """Return where groups of whole days begin, of about ``CHUNK`` lines or one day."""
    group = np.cumsum(np.bincount(day, count)) // CHUNK
    _, firsts = np.unique(group[day], return_index=True)
    return [*firsts.tolist(), day.size]


def _parts(world: World, found: Lines, start: int, count: Ints) -> tuple[Ints, Ints]:
    """Return the parts of some days' lines in the order of hours: line and number."""
    line = np.repeat(np.arange(start, start + count.size), count)
    number = np.arange(line.size) - np.repeat(np.cumsum(count) - count, count)
    order = np.argsort(_slots(world, found, line, number), kind="stable")
    return line[order], number[order]


def _slots(world: World, found: Lines, line: Ints, number: Ints) -> NDArray[np.int16]:
    """Return the part of the month, which orders lines faster than a wider integer."""
    opens = world.opens[found.items.meter[found.item[line]]]
    slot = found.day[line] * world.parts_a_day + opens + number
    return np.asarray(slot, dtype=np.int16)


def _chunk(
    world: World, found: Lines, line: Ints, number: Ints, constants: Constants
) -> Amounts:
    item = found.item[line]
    meter = found.items.meter[item]
    scale, sizes = constants.scale[item], constants.size[item]
    count = world.parts[meter]
    daily = found.quantity[line]
    quantity = daily // count + (number < daily % count)
    kind = found.items.kind[item]
    cost = quantity * found.items.price[item]
    charged = cost * np.array([1, 1, -1, 0])[kind]
    net_pct = np.array([100 - world.cloud.discount_pct, 100, 100, 100])[kind]
    effective = quantity * found.items.effective_price[item]
    return Amounts(
        item=item,
        slot=_slots(world, found, line, number),
        columns={
            "line_item_usage_amount": quantity / scale,
            "line_item_normalized_usage_amount": quantity / scale * sizes,
            "line_item_unblended_cost": charged / 1e8,
            "line_item_blended_cost": charged / 1e8,
            "line_item_net_unblended_cost": charged * net_pct / 1e10,
            "discount_total_discount": charged * (net_pct - 100) / 1e10,
            "pricing_public_on_demand_cost": np.where(kind == NEGATION, 0, cost) / 1e8,
            **_covered(kind, effective, quantity * constants.upfront[item]),
        },
    )


def _covered(kind: Ints, effective: Ints, upfront: Ints) -> dict[str, Floats]:
    """Return what covered usage costs; net is the same, for no discount applies."""
    planned = _only(kind == COVERED, effective)
    reserved = _only(kind == RESERVED, effective)
    paid_before = _only(kind == RESERVED, upfront)
    paid_now = _only(kind == RESERVED, effective - upfront)
    return {
        "savings_plan_savings_plan_effective_cost": planned,
        "savings_plan_net_savings_plan_effective_cost": planned,
        "reservation_effective_cost": reserved,
        "reservation_net_effective_cost": reserved,
        "reservation_amortized_upfront_cost_for_usage": paid_before,
        "reservation_net_amortized_upfront_cost_for_usage": paid_before,
        "reservation_recurring_fee_for_usage": paid_now,
        "reservation_net_recurring_fee_for_usage": paid_now,
    }


def _only(is_wanted: NDArray[np.bool_], units: Ints) -> Floats:
    return np.where(is_wanted, units / 1e8, np.nan)


def _covered_kinds(world: World) -> Ints:
    """Return the kind of each meter's covered lines."""
    kinds = np.full(world.meters.size, USAGE)
    for item in world.commitments:
        is_plan = item.offer.kind == "savings_plan"
        kinds[item.meters] = COVERED if is_plan else RESERVED
    return kinds


def _sizes(world: World) -> Floats:
    """Return AWS's measure of each meter's size, NaN for what is no machine."""
    skus = [world.cloud.skus[fleet.sku] for fleet in world.meters.fleets]
    sizes = [normalization_factor(sku.machine) or np.nan for sku in skus]
    return world.meters.of_fleet(sizes)


def _upfront_prices(world: World) -> Ints:
    """Return the part of each meter's covered price that was paid up front."""
    prices = np.zeros(world.meters.size, dtype=np.int64)
    for item in world.commitments:
        prices[item.meters] = item.price * item.upfront // item.total
    return prices
