"""What a machine or a disk costs, as the same bill says."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tasks.core.rightsizing import machine_types
from tasks.core.rightsizing.recommendations import Resource

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Observed:
    """What the bill charged for one type, no commitment applied.

    Attributes:
        unit: ``time`` or ``capacity``: by the hour or by GB and month.
        cost: Sum of the effective cost.
        quantity: Sum of the priced quantity.
    """

    provider: str
    region_id: str
    operating_system: str
    currency: str
    unit: str
    sku: str
    cost: Decimal
    quantity: Decimal

    @property
    def price(self) -> Decimal:
        """Effective cost per unit: what is really paid, discounts included."""
        return self.cost / self.quantity


@dataclass(frozen=True, slots=True)
class Ratio:
    """How the price of a target compares with that of the present type.

    Attributes:
        value: Target price over present price.
        basis: ``observed_price`` or ``size_ratio``.
        words: Where it comes from, for people.
    """

    value: Decimal
    basis: str
    words: str


class Prices:
    """Observed unit prices by region, operating system, currency and type."""

    def __init__(self, observed: Iterable[Observed]) -> None:
        """Index the observations; those without quantity or cost say nothing."""
        self._by_key: dict[Key, dict[str, Decimal]] = {}
        for one in observed:
            if one.quantity > 0 and one.cost > 0:
                key = (
                    one.provider,
                    one.region_id,
                    one.operating_system,
                    one.currency,
                    one.unit,
                )
                self._by_key.setdefault(key, {})[one.sku] = one.price

    def ratio(
        self, resource: Resource, target: str, unit: str = "time"
    ) -> Ratio | None:
        """Compare a target type with the resource's own, or return None.

        Both prices are taken from the same region, operating system and currency.
        A type that the bill does not show is priced from another size of its family
        by the provider's size ratio; a family that it does not show has no price.
        """
        known = self._by_key.get(_key(resource, unit), {})
        own = known.get(resource.sku)
        if own is not None and target in known:
            value = known[target] / own
            words = f"{target} costs {value:.0%} of {resource.sku} in this bill"
            return Ratio(value, "observed_price", words)
        return _by_size(resource, target, known, own)


def _key(resource: Resource, unit: str) -> Key:
    return (
        resource.provider,
        resource.region_id or "",
        resource.operating_system,
        resource.cost.currency,
        unit,
    )


def _by_size(
    resource: Resource, target: str, known: dict[str, Decimal], own: Decimal | None
) -> Ratio | None:
    present = machine_types.machine(resource.provider, resource.sku)
    wanted = machine_types.machine(resource.provider, target)
    if wanted is None:
        return None
    if present is not None and present.family == wanted.family:
        value = Decimal(str(wanted.weight)) / Decimal(str(present.weight))
        return Ratio(
            value, "size_ratio", f"{target} is {value:.0%} of {resource.sku} by size"
        )
    kin = _price_of_family(resource.provider, wanted, known)
    if own is None or kin is None:
        return None
    value = kin / own
    words = f"{target} costs {value:.0%} of {resource.sku}, by the size of its family"
    return Ratio(value, "size_ratio", words)


def _price_of_family(
    provider: str, wanted: machine_types.Machine, known: dict[str, Decimal]
) -> Decimal | None:
    """Return the price of a type from the size of its family nearest to it."""
    kin = [
        (abs(other.weight - wanted.weight), name, other)
        for name in known
        if (other := machine_types.machine(provider, name))
        and other.family == wanted.family
    ]
    if not kin:
        return None
    _, name, nearest = min(kin, key=lambda item: item[:2])
    return known[name] * Decimal(str(wanted.weight)) / Decimal(str(nearest.weight))
