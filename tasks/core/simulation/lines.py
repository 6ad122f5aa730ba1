"""Usage lines of the AWS report: what each costs, and what it shares with others.

Amounts stay whole numbers until the last step, which divides once by a power of ten:
so every amount is the nearest double to its exact decimal.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.core.simulation.commitments import HOURS_A_DAY
from tasks.core.simulation.fleet import quantity_decimals
from tasks.core.simulation.metering import Usage
from tasks.core.simulation.seasons import Floats, Ints
from tasks.core.simulation.world import World

# Line item types, by kind.
TYPES = ("Usage", "SavingsPlanCoveredUsage", "SavingsPlanNegation", "DiscountedUsage")
USAGE, COVERED, NEGATION, RESERVED = range(4)

# Lines that are worked on at once: large enough to be quick, small enough for memory.
CHUNK = 500_000

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
        slot: Index of the first part of the line's day.
        quantity: In units of its last decimal.
    """

    items: Items
    item: Ints
    slot: Ints
    quantity: Ints


@dataclass(frozen=True)
class Amounts:
    """Amounts of lines, one value per line and part of the day; NaN where none.

    Attributes:
        item: Index of the item.
        slot: Index of the part of the day.
        columns: Columns of CUR 2.0 by name.
    """

    item: Ints
    slot: Ints
    columns: dict[str, Floats]


def lines(world: World, usage: Usage, month: int, known_day: int) -> Lines:
    """Return the lines that an export holds, negations beside what they take back."""
    is_in = usage.known_day <= known_day
    is_old = usage.corrected_day > known_day
    quantity = np.where(is_old, usage.first_quantity, usage.quantity)[is_in]
    kind = np.where(usage.is_covered, _covered_kinds(world)[usage.meter], USAGE)[is_in]
    taken = np.flatnonzero(kind == COVERED)
    order = np.concatenate([np.arange(kind.size), taken])
    kinds = np.concatenate([kind, np.full(taken.size, NEGATION)])
    meter, day = usage.meter[is_in][order], usage.day[is_in][order]
    price = usage.price[is_in][order]
    key = ((meter << 2) | kinds) << PRICE_BITS | price
    _, first, item = np.unique(key, return_index=True, return_inverse=True)
    effective = usage.effective_price[is_in][order]
    begin, _ = world.span.days(month)
    return Lines(
        items=Items(meter[first], kinds[first], price[first], effective[first]),
        item=item,
        slot=(day - begin) * parts(world),
        quantity=quantity[order],
    )


def parts(world: World) -> int:
    """Return the number of lines that a resource has in a day."""
    return HOURS_A_DAY if world.is_hourly else 1


def amounts(world: World, found: Lines) -> Iterator[Amounts]:
    """Yield the amounts of all lines, in chunks of about ``CHUNK`` lines."""
    scale = 10 ** quantity_decimals(world.cloud, world.meters)[found.items.meter]
    upfront = _upfront_prices(world)[found.items.meter]
    step = max(1, CHUNK // parts(world))
    for start in range(0, found.item.size, step):
        part = slice(start, start + step)
        yield _chunk(world, found, part, scale, upfront)


def _chunk(
    world: World, found: Lines, part: slice, scale: Ints, upfront: Ints
) -> Amounts:
    count = parts(world)
    item = np.repeat(found.item[part], count)
    number = np.tile(np.arange(count), found.item[part].size)
    daily = np.repeat(found.quantity[part], count)
    quantity = daily // count + (number < daily % count)
    kind = found.items.kind[item]
    cost = quantity * found.items.price[item]
    charged = cost * np.array([1, 1, -1, 0])[kind]
    net_pct = np.array([100 - world.cloud.discount_pct, 100, 100, 100])[kind]
    effective = quantity * found.items.effective_price[item]
    return Amounts(
        item=item,
        slot=np.repeat(found.slot[part], count) + number,
        columns={
            "line_item_usage_amount": quantity / scale[item],
            "line_item_unblended_cost": charged / 1e8,
            "line_item_blended_cost": charged / 1e8,
            "line_item_net_unblended_cost": charged * net_pct / 1e10,
            "discount_total_discount": charged * (net_pct - 100) / 1e10,
            "pricing_public_on_demand_cost": np.where(kind == NEGATION, 0, cost) / 1e8,
            **_covered(kind, effective, quantity * upfront[item]),
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


def _upfront_prices(world: World) -> Ints:
    """Return the part of each meter's covered price that was paid up front."""
    prices = np.zeros(world.meters.size, dtype=np.int64)
    for item in world.commitments:
        prices[item.meters] = item.price * item.upfront // item.total
    return prices
