"""Find places for anomalies: no two in a series, none that its series would hide."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tasks.core.simulation.catalogue import Cloud
from tasks.core.simulation.fleet import Draft, Fleet, Meters
from tasks.core.simulation.incidents import SATURDAY, WEEK_DAYS, Incident, Wish
from tasks.core.simulation.seasons import Floats, Ints

# Bills before this have nothing unusual, so that detectors can learn; the last ten
# months are where things happen.
QUIET_DAYS = 60
EVENTFUL_DAYS = 305
# Days at the end that are left alone, so that every incident can still be seen.
TAIL_DAYS = 5

# A permanent change is news for this long; after that it is how things are.
NEWS_DAYS = 28

# A fleet whose change its series cannot hide.
VISIBLE_SHARE = 0.4
# Units of the last decimal that a price needs for changes of a few percent.
FINE_PRICE = 50
# A level shift beyond this comes from more machines, if there are any.
MORE_MACHINES = 2.0

METERED = frozenset({"traffic", "office", "monthend", "storage"})
PERMANENT = frozenset({"level_shift", "drift", "price_change"})


@dataclass
class Ground:
    """What is known about the company while incidents are placed.

    Attributes:
        cost: Ordinary cost a day of each meter, in currency.
        first_weekday: Weekday of the first day; 0 for Monday.
        taken: Series that already have an incident.
    """

    cloud: Cloud
    draft: Draft
    meters: Meters
    cost: Floats
    first_weekday: int
    taken: set[tuple[int, str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Sum the costs by fleet and by series."""
        n_fleets = len(self.meters.fleets)
        self.by_fleet = np.bincount(
            self.meters.fleet, weights=self.cost, minlength=n_fleets
        )
        self.by_series: dict[tuple[int, str, str], float] = defaultdict(float)
        for index, cost in enumerate(self.by_fleet):
            self.by_series[self.series(index)] += float(cost)

    def series(self, fleet: int) -> tuple[int, str, str]:
        """Return account, service and region of a fleet."""
        found = self.meters.fleets[fleet]
        service = self.cloud.skus[found.sku].service.code
        return found.account, service, found.region

    def share(self, fleet: int) -> float:
        """Return the part of its series' cost that a fleet makes up."""
        return float(self.by_fleet[fleet] / self.by_series[self.series(fleet)])

    def free_fleets(self, is_fit: Callable[[int], bool]) -> list[int]:
        """Return fitting fleets in series without incident, dearest first."""
        fit = [
            fleet
            for fleet in range(len(self.by_fleet))
            if self.by_fleet[fleet] > 0
            and self.series(fleet) not in self.taken
            and is_fit(fleet)
        ]
        return sorted(fit, key=lambda fleet: -float(self.by_fleet[fleet]))


def wish_days(n_wishes: int, n_days: int, rng: np.random.Generator) -> list[int]:
    """Spread the first days of incidents evenly over the eventful months."""
    start = max(min(QUIET_DAYS, n_days // 3), n_days - EVENTFUL_DAYS)
    length = max(1, n_days - TAIL_DAYS - start)
    order = rng.permutation(n_wishes) + rng.random(n_wishes) * 0.8
    return [int(start + length * place / n_wishes) for place in order]


def place(ground: Ground, wish: Wish, day: int) -> Incident | None:
    """Find a place for a wish; None when the company has none for it."""
    day = min(day, max(1, ground.draft.n_days - wish.days))
    if wish.kind == "new_scope":
        return _new_scope(ground, wish, day)
    if wish.kind == "pattern_break":
        return _pattern_break(ground, wish, day)
    if wish.kind == "price_change":
        return _changed(ground, wish, day, lambda fleet: _is_priced(ground, fleet))
    is_large = wish.kind == "level_shift" and wish.size > MORE_MACHINES
    if is_large and (found := _more_machines(ground, wish, day)):
        return found
    return _changed(ground, wish, day, lambda fleet: _is_metered(ground, fleet))


def _is_metered(ground: Ground, fleet: int) -> bool:
    sku = ground.cloud.skus[ground.meters.fleets[fleet].sku]
    return sku.pattern in METERED and ground.share(fleet) > VISIBLE_SHARE


def _is_priced(ground: Ground, fleet: int) -> bool:
    """Tell whether a few percent of the price are more than its last decimal."""
    price = ground.meters.price[ground.meters.fleet == fleet]
    is_fine = bool(price.size) and int(price.min()) >= FINE_PRICE
    return is_fine and ground.share(fleet) > VISIBLE_SHARE


def _changed(
    ground: Ground, wish: Wish, day: int, is_fit: Callable[[int], bool]
) -> Incident | None:
    found = ground.free_fleets(is_fit)
    if not found:
        return None
    # Not always the dearest: small series have troubles of their own.
    fleet = found[int(ground.draft.rng.integers(0, (len(found) + 1) // 2))]
    meters = np.flatnonzero(ground.meters.fleet == fleet)
    if wish.is_single:
        meters = meters[[int(np.argmax(ground.cost[meters]))]]
    share = ground.cost[meters].sum() / ground.by_series[ground.series(fleet)]
    needed = 1 + (wish.size - 1) / share
    factor = wish.size if wish.kind == "price_change" else max(0.0, float(needed))
    resource = ground.meters.resource_ids[meters[0]] if meters.size == 1 else None
    return _incident(
        ground, wish, day, fleet, meters, factor=factor, resource_id=resource
    )


def _more_machines(ground: Ground, wish: Wish, day: int) -> Incident | None:
    found = ground.free_fleets(
        lambda fleet: (
            ground.cloud.skus[ground.meters.fleets[fleet].sku].kind == "instance"
        )
    )
    if not found:
        return None
    fleet = found[0]
    return _launch(ground, wish, day, fleet, ground.draft.n_days)


def _new_scope(ground: Ground, wish: Wish, day: int) -> Incident | None:
    cloud = ground.cloud
    used = {region for account in cloud.accounts for region in account.regions}
    strange = [name for name in cloud.regions if name not in used | {"global"}]
    account = int(ground.draft.rng.integers(0, len(cloud.accounts)))
    machines = [i for i, sku in enumerate(cloud.skus) if sku.kind == "instance"]
    sku = machines[int(ground.draft.rng.integers(0, len(machines)))]
    for region in strange:
        key = (account, cloud.skus[sku].service.code, region)
        if key not in ground.taken:
            fleet = ground.draft.add_fleet(Fleet(account, sku, region))
            return _launch(ground, wish, day, fleet, day + wish.days)
    return None


def _launch(ground: Ground, wish: Wish, day: int, fleet: int, end: int) -> Incident:
    """Add machines, as many as the wish's size asks for, at least two."""
    found = ground.meters.fleets[fleet]
    sku = ground.cloud.skus[found.sku]
    price = float(sku.price) * sku.per_day
    series = ground.by_series.get(ground.series(fleet), 0.0)
    wanted = (wish.size - 1) * series / price if series else wish.size * 2
    count = int(np.clip(np.ceil(wanted), 2, 60))
    added = [
        ground.draft.add(fleet, day, min(end, ground.draft.n_days), 1.0)
        for _ in range(count)
    ]
    return _incident(ground, wish, day, fleet, np.array(added), is_added=True)


def _pattern_break(ground: Ground, wish: Wish, day: int) -> Incident | None:
    weekly = {"office", "workhours"}

    def is_fit(fleet: int) -> bool:
        sku = ground.cloud.skus[ground.meters.fleets[fleet].sku]
        return sku.pattern in weekly and ground.share(fleet) > VISIBLE_SHARE

    found = ground.free_fleets(is_fit)
    if not found:
        return None
    meters = np.flatnonzero(ground.meters.fleet == found[0])
    # From a Saturday to a Sunday, since nothing else tells it from other weeks.
    weekday = (ground.first_weekday + day) % WEEK_DAYS
    saturday = day + (SATURDAY - weekday) % WEEK_DAYS
    if saturday + wish.days > ground.draft.n_days:
        return None
    return _incident(ground, wish, saturday, found[0], meters)


def _incident(
    ground: Ground,
    wish: Wish,
    day: int,
    fleet: int,
    meters: Ints,
    *,
    factor: float = 1.0,
    is_added: bool = False,
    resource_id: str | None = None,
) -> Incident:
    account, service, region = ground.series(fleet)
    ground.taken.add((account, service, region))
    days = NEWS_DAYS if wish.kind in PERMANENT - {"drift"} else wish.days
    last = min(day + days, ground.draft.n_days) - 1
    return Incident(
        kind=wish.kind,
        direction="down" if wish.size < 1 else "up",
        account=account,
        service=service,
        region=region,
        first=day,
        last=last,
        meters=np.asarray(meters, dtype=np.int64),
        factor=factor,
        is_added=is_added,
        resource_id=resource_id,
    )
