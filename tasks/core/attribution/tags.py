"""Which tag carries an anomaly, where no few resources do.

A tag is named where one member of it carries most of the impact and carried clearly
less of the cost before: what all lines have in common explains nothing. Where nothing
was there before, that cannot be told, and no tag is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from tasks.core.attribution.drivers import (
    DIGITS,
    EFFECT_OF_CHARGE,
    ENOUGH,
    LARGEST_SCALE,
    NAMED,
    PART,
    SMALL,
    Driver,
    Line,
)
from tasks.core.attribution.members import TAG, UNTAGGED
from tasks.core.findings.anomalies import Anomaly

# Resources that people still read one by one.
FEW = 3

# What a member has to carry of the impact above what it carried of the cost before.
LIFT = Decimal("0.2")

# Effects that are told of a SKU or a resource, whatever its tags.
OWN = ("price", "commitment", "mix", "credit")


@dataclass(frozen=True, slots=True)
class Tagged:
    """What the lines with one value of one tag cost; both None means all lines.

    Attributes:
        key: Of the tag.
        value: Of the tag.
        actual_cost: Over the days of the anomaly.
        earlier_cost: Over as many earlier days.
    """

    key: str | None
    value: str | None
    actual_cost: Decimal
    earlier_cost: Decimal


def wanted(anomaly: Anomaly, drivers: Sequence[Driver]) -> bool:
    """Tell whether a tag could say more than the drivers that were found."""
    named = [driver for driver in drivers if driver.member is not None]
    if anomaly.tag is not None or anomaly.moved_over is not None:
        return False
    if not named or not anomaly.impact:
        return False
    if anomaly.scope.charge_kind in EFFECT_OF_CHARGE or named[0].effect in OWN:
        return False
    few = abs(sum((driver.impact for driver in named[:FEW]), Decimal(0)))
    return named[0].dimension != "resource" or few < ENOUGH * anomaly.size


def explain(
    anomaly: Anomaly,
    drivers: Sequence[Driver],
    lines: Sequence[Line],
    tagged: Sequence[Tagged],
) -> list[Driver]:
    """Return the drivers by the tag that tells most, or those that were given.

    Args:
        anomaly: What happened.
        drivers: What it comes from as far as its lines say.
        lines: Those lines.
        tagged: Costs by tag, and one row for all lines.

    Returns:
        Drivers that sum to the impact, largest first, remainder last.
    """
    whole = next((row for row in tagged if row.key is None), None)
    if whole is None or whole.earlier_cost <= 0 or not wanted(anomaly, drivers):
        return list(drivers)
    with localcontext(prec=DIGITS):
        keys = sorted({row.key for row in tagged if row.key is not None})
        rows = {key: _members(key, tagged, whole) for key in keys}
        lifts = {key: _lift(anomaly, rows[key], whole) for key in keys}
        best = max(keys, key=lambda key: lifts[key], default=None)
        if best is None or lifts[best] < max(LIFT, _lift_now(anomaly, drivers, lines)):
            return list(drivers)
        return _drivers(anomaly, rows[best], whole)


def _members(key: str, tagged: Sequence[Tagged], whole: Tagged) -> list[Tagged]:
    """Return the members of a key; lines without it are one of them."""
    rows = [row for row in tagged if row.key == key]
    actual = sum((row.actual_cost for row in rows), Decimal(0))
    earlier = sum((row.earlier_cost for row in rows), Decimal(0))
    rest = Tagged(key, None, whole.actual_cost - actual, whole.earlier_cost - earlier)
    return [*rows, rest]


def _change(anomaly: Anomaly, row: Tagged, whole: Tagged) -> Decimal:
    """Return how much more a member cost than was expected of it."""
    scale = max(anomaly.expected_cost / whole.earlier_cost, Decimal(0))
    scale = min(scale, LARGEST_SCALE)
    return row.actual_cost - (row.earlier_cost * scale).quantize(PART)


def _lift(anomaly: Anomaly, rows: Sequence[Tagged], whole: Tagged) -> Decimal:
    """Return how much more of the impact than of the cost one tagged member carries."""
    shares = [
        (_change(anomaly, row, whole) / anomaly.impact, row)
        for row in rows
        if row.value is not None
    ]
    share, row = max(shares, key=lambda item: item[0])
    return _above(share, row.earlier_cost, whole.earlier_cost)


def _lift_now(
    anomaly: Anomaly, drivers: Sequence[Driver], lines: Sequence[Line]
) -> Decimal:
    """Return the same of the first driver that was found; 0 for many resources."""
    first = drivers[0]
    if first.dimension == "resource" or not lines:
        return Decimal(0)
    before = sum((line.earlier_cost for line in lines), Decimal(0))
    own = (
        line.earlier_cost
        for line in lines
        if line.members.get(first.dimension) == first.member
    )
    return _above(first.impact / anomaly.impact, sum(own, Decimal(0)), before)


def _above(share: Decimal, earlier: Decimal, whole: Decimal) -> Decimal:
    """Return a share of the impact less the share of the cost; 0 if it is too small."""
    if share < ENOUGH:
        return Decimal(0)
    return min(share, Decimal(1)) - (earlier / whole if whole > 0 else Decimal(0))


def _drivers(anomaly: Anomaly, rows: Sequence[Tagged], whole: Tagged) -> list[Driver]:
    """Return the largest members as drivers, and the remainder."""
    found = [
        Driver(
            f"{TAG}{row.key}",
            UNTAGGED if row.value is None else row.value,
            "usage" if row.earlier_cost else "new",
            _change(anomaly, row, whole),
        )
        for row in rows
    ]
    least = SMALL * anomaly.size
    worth = [item for item in found if item.impact and abs(item.impact) >= least]
    named = sorted(worth, key=lambda item: (-abs(item.impact), str(item.member)))
    named = named[:NAMED]
    rest = anomaly.impact - sum((item.impact for item in named), Decimal(0))
    return [*named, Driver("other", None, "usage", rest)] if rest else named
