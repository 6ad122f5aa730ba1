"""The company's resources: which account runs how many of what, where and how long."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tasks.core.simulation import identity
from tasks.core.simulation.catalogue import COST_DECIMALS, Account, Cloud, Sku
from tasks.core.simulation.seasons import Floats, Ints, Rhythm, pattern_indices

HOURS_A_DAY = 24
HOURS = frozenset({"Hrs", "Hours", "1 Hour", "hour"})
MONTHS = frozenset({"GB-Mo", "1 GB/Month", "1/Month", "gibibyte month"})

# An autoscaled machine lives this long, in days, before another takes its place.
LIFETIME_DAYS = (18, 70)

# A passing machine runs for this many hours on average, all in one day.
PASSING_HOURS = 8

# A fleet has at most this many regions, and more than one only from this weight on.
REGIONS, SPREAD_WEIGHT = 2, 2

# A second region carries this share of the first one's resources.
SECOND_REGION = 0.4


@dataclass(frozen=True, slots=True)
class Fleet:
    """The resources of one SKU in one account and region."""

    account: int
    sku: int
    region: str


@dataclass(frozen=True)
class Meters:
    """Everything that is metered at one cloud; one value per meter in each field.

    Attributes:
        fleet: Index into ``fleets``.
        start: First day, counted from the first day of the bills.
        end: Day after the last.
        scale: Factor on the SKU's quantity a day.
        hours: Hours of a day in which it is used.
        opens: The first of them.
        price: List price, in units of the SKU's last price decimal.
        resource_ids: Id, or None.
        names: Name of the resource.
        tags: Tags of the resource.
        fleets: The fleets, for all meters together.
    """

    fleet: Ints
    start: Ints
    end: Ints
    scale: Floats
    hours: Ints
    opens: Ints
    price: Ints
    resource_ids: list[str | None]
    names: list[str]
    tags: list[dict[str, str]]
    fleets: list[Fleet]

    @property
    def size(self) -> int:
        """Number of meters."""
        return int(self.fleet.size)

    def of_fleet(self, values: list[float] | list[int]) -> NDArray[np.float64]:
        """Spread one value per fleet over its meters."""
        return np.asarray(values, dtype=np.float64)[self.fleet]


@dataclass
class Draft:
    """Meters while they are being collected."""

    cloud: Cloud
    n_days: int
    rng: np.random.Generator
    fleets: list[Fleet] = field(default_factory=list)
    rows: list[tuple[int, int, int, float, int, int]] = field(default_factory=list)

    def add_fleet(self, fleet: Fleet) -> int:
        """Add a fleet without resources and return its index."""
        self.fleets.append(fleet)
        return len(self.fleets) - 1

    def add(
        self, fleet: int, start: int, end: int, scale: float, hours: int = HOURS_A_DAY
    ) -> int:
        """Add one meter and return its index."""
        number = int(self.rng.integers(1, 2**62))
        self.rows.append((fleet, start, end, scale, hours, number))
        return len(self.rows) - 1

    def meters(self) -> Meters:
        """Return what was collected."""
        fleet, start, end, scale, hours, number = zip(*self.rows, strict=True)
        spare = HOURS_A_DAY + 1 - np.array(hours, dtype=np.int64)
        owners = [self._owner(index) for index in fleet]
        return Meters(
            fleet=np.array(fleet, dtype=np.int64),
            start=np.array(start, dtype=np.int64),
            end=np.array(end, dtype=np.int64),
            scale=np.array(scale, dtype=np.float64),
            hours=np.array(hours, dtype=np.int64),
            opens=np.array(number, dtype=np.int64) % spare,
            price=np.array(
                [self.cloud.price(sku, region) for _, sku, region in owners],
                dtype=np.int64,
            ),
            resource_ids=[
                identity.resource_id(self.cloud, account, region, sku, serial)
                for (account, sku, region), serial in zip(owners, number, strict=True)
            ],
            names=[
                identity.name_of(sku, serial)
                for (_, sku, _), serial in zip(owners, number, strict=True)
            ],
            tags=[
                identity.tags(account, serial, self.rng)
                for (account, _, _), serial in zip(owners, number, strict=True)
            ],
            fleets=self.fleets,
        )

    def _owner(self, fleet: int) -> tuple[Account, Sku, str]:
        found = self.fleets[fleet]
        return (
            self.cloud.accounts[found.account],
            self.cloud.skus[found.sku],
            found.region,
        )


def draw(
    cloud: Cloud,
    n_slots: int,
    n_days: int,
    rng: np.random.Generator,
    passing: int = 0,
) -> Draft:
    """Give the company its resources.

    Args:
        cloud: Where.
        n_slots: Resources alive on any day, about.
        n_days: Days of bills.
        rng: Source of chance.
        passing: Machines that come and go within a day, beside those.
    """
    draft = Draft(cloud, n_days, rng)
    for fleet, count in _shares(cloud, n_slots):
        index = draft.add_fleet(fleet)
        sku = cloud.skus[fleet.sku]
        for scale in _scales(sku, count, rng):
            _fill_slot(draft, index, sku, scale)
    _let_pass(draft, passing)
    return draft


def _let_pass(draft: Draft, count: int) -> None:
    """Add machines that live for some hours of one day to the autoscaled fleets."""
    skus = [draft.cloud.skus[fleet.sku] for fleet in draft.fleets]
    weights = np.array([sku.weight * (sku.pattern == "autoscaled") for sku in skus])
    if not count or not weights.any():
        return
    fleets = draft.rng.choice(len(skus), count, p=weights / weights.sum())
    days = draft.rng.integers(0, draft.n_days, count)
    hours = draft.rng.integers(1, 2 * PASSING_HOURS, count)
    for fleet, day, open_for in zip(
        fleets.tolist(), days.tolist(), hours.tolist(), strict=True
    ):
        scale = open_for / skus[fleet].per_day
        draft.add(fleet, day, day + 1, scale, open_for)


def possible_fleets(cloud: Cloud) -> list[Fleet]:
    """Return every fleet that an account may have, main regions first."""
    found = []
    for rank in range(REGIONS):
        for number, sku in enumerate(cloud.skus):
            for position, account in enumerate(cloud.accounts):
                if not account.roles & sku.roles or len(account.regions) <= rank:
                    continue
                if rank and (sku.kind == "global" or sku.weight < SPREAD_WEIGHT):
                    continue
                is_global = sku.kind == "global"
                region = "global" if is_global else account.regions[rank]
                found.append(Fleet(position, number, region))
    return found


def _shares(cloud: Cloud, n_slots: int) -> list[tuple[Fleet, int]]:
    """Give each fleet one resource and the rest by weight."""
    fleets = possible_fleets(cloud)[: max(n_slots, 1)]
    mains = {account.regions[0] for account in cloud.accounts} | {"global"}
    weights = np.array(
        [
            cloud.skus[fleet.sku].weight
            * (1 if fleet.region in mains else SECOND_REGION)
            for fleet in fleets
        ]
    )
    rest = max(0, n_slots - len(fleets))
    # Rounding the running sum keeps the total exact.
    running = np.rint(np.cumsum(weights) / weights.sum() * rest).astype(int)
    counts = 1 + np.diff(running, prepend=0)
    return list(zip(fleets, counts.tolist(), strict=True))


def _scales(sku: Sku, count: int, rng: np.random.Generator) -> list[float]:
    if sku.unit in HOURS:
        return [1.0] * count
    if sku.kind == "volume":
        return [float(value) for value in rng.choice([0.5, 1.0, 1.0, 2.0, 3.0], count)]
    return [float(value) for value in rng.lognormal(0.0, 0.35, count)]


def _fill_slot(draft: Draft, fleet: int, sku: Sku, scale: float) -> None:
    """Fill a slot with one lasting resource or a row of short-lived ones."""
    if sku.pattern != "autoscaled":
        draft.add(fleet, 0, draft.n_days, scale)
        return
    start = 0
    end = int(draft.rng.integers(1, LIFETIME_DAYS[1]))
    while start < draft.n_days:
        draft.add(fleet, start, min(end, draft.n_days), scale)
        start, end = end, end + int(draft.rng.integers(*LIFETIME_DAYS))


def rhythm(cloud: Cloud, meters: Meters, rng: np.random.Generator) -> Rhythm:
    """Return how the meters move: as their SKU, each fleet with a phase of its own."""
    skus = [cloud.skus[fleet.sku] for fleet in meters.fleets]
    phases = rng.random(len(skus))
    return Rhythm(
        pattern=pattern_indices([sku.pattern for sku in skus])[meters.fleet],
        noise=meters.of_fleet([sku.noise_pct / 100 for sku in skus]),
        growth=meters.of_fleet([1 + sku.growth_pct / 100 for sku in skus]),
        phase=phases[meters.fleet],
        is_monthly=np.array([sku.unit in MONTHS for sku in skus])[meters.fleet],
    )


def quantities(cloud: Cloud, meters: Meters, factors: Floats) -> Ints:
    """Turn demand into whole units of the last decimal of each meter's quantity.

    A machine cannot run for more than its hours of a day.

    Args:
        cloud: Where.
        meters: ``n_meters`` of them.
        factors: ``(n_meters, n_days)``.

    Returns:
        ``(n_meters, n_days)`` quantities.
    """
    skus = [cloud.skus[fleet.sku] for fleet in meters.fleets]
    base = meters.of_fleet([sku.per_day for sku in skus]) * meters.scale
    wanted = base[:, None] * factors
    is_machine = np.array([sku.kind == "instance" for sku in skus])[meters.fleet]
    wanted[is_machine] = np.minimum(wanted[is_machine], meters.hours[is_machine, None])
    units = 10.0 ** quantity_decimals(cloud, meters)
    return np.asarray(np.rint(wanted * units[:, None]), dtype=np.int64)


def quantity_decimals(cloud: Cloud, meters: Meters) -> Ints:
    """Return the decimals of each meter's quantity."""
    decimals = [
        COST_DECIMALS - cloud.skus[fleet.sku].price_decimals for fleet in meters.fleets
    ]
    return np.array(decimals, dtype=np.int64)[meters.fleet]


def subset(meters: Meters, index: Ints) -> Meters:
    """Return some of the meters, in the order given."""
    return replace(
        meters,
        fleet=meters.fleet[index],
        start=meters.start[index],
        end=meters.end[index],
        scale=meters.scale[index],
        hours=meters.hours[index],
        opens=meters.opens[index],
        price=meters.price[index],
        resource_ids=[meters.resource_ids[i] for i in index],
        names=[meters.names[i] for i in index],
        tags=[meters.tags[i] for i in index],
    )
