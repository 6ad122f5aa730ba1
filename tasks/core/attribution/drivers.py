"""Why an anomaly happened: its impact, split until nothing is left over.

The days of an anomaly are compared with the same weekdays of the weeks before it, line
by line. What those earlier days cost is scaled to what was expected, so that the parts
sum to the impact and not to some other difference; whatever is too small to name, or
cannot be named, is the last driver. Sums are exact.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from tasks.core.attribution.members import TAG, called
from tasks.core.findings.anomalies import Anomaly
from tasks.core.findings.sentences import sentence
from tasks.core.reporting.wording import money

# Drivers that are named; the rest is one more.
NAMED = 10

# Share of the impact below which a driver is not worth a name.
SMALL = Decimal("0.01")

# Share of the impact that the named members of a dimension should carry.
ENOUGH = Decimal("0.6")

# Decimal places of a part: a price times a quantity has no end.
PART = Decimal("1e-12")

# Digits of the arithmetic: 20 before the point and 18 behind, twice.
DIGITS = 80

# Earlier days are never scaled up by more than this: as if one week in four were known.
LARGEST_SCALE = Decimal(4)

# What an anomaly whose lines are unknown is put down to.
EFFECT_OF_KIND = {"price_change": "price", "commitment": "commitment"}
EFFECT_OF_KIND |= {"new_scope": "new"}
EFFECT_OF_CHARGE = {"commitment": "commitment", "credit": "credit", "refund": "credit"}


@dataclass(frozen=True, slots=True)
class Line:
    """What one SKU of one resource cost on the days of an anomaly, and before.

    Attributes:
        members: Its member in each dimension: resource, sku, service, region,
            sub_account; None where it has none.
        is_committed: Whether a commitment covered it.
        actual_cost: Over the days of the anomaly.
        earlier_cost: Over as many earlier days.
        actual_quantity: Consumed; None where unknown.
        earlier_quantity: The same before.
    """

    members: Mapping[str, str | None]
    is_committed: bool
    actual_cost: Decimal
    earlier_cost: Decimal
    actual_quantity: Decimal | None
    earlier_quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class Driver:
    """A part of an impact; ``member`` is None for the remainder."""

    dimension: str
    member: str | None
    effect: str
    impact: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """What one line contributes by one effect."""

    members: Mapping[str, str | None]
    effect: str
    impact: Decimal


def explain(anomaly: Anomaly, lines: Sequence[Line]) -> list[Driver]:
    """Return the drivers of an anomaly, largest first, remainder last.

    Args:
        anomaly: What happened.
        lines: What is known of it line by line; may be empty.

    Returns:
        At least one driver and at most eleven; their impacts sum to the anomaly's.
    """
    with localcontext(prec=DIGITS):
        parts = _parts(anomaly, lines)
        if not parts:
            return _whole(anomaly)
        drivers = _named_drivers(anomaly, parts)
        rest = anomaly.impact - sum((item.impact for item in drivers), Decimal(0))
        effect = EFFECT_OF_CHARGE.get(anomaly.scope.charge_kind, "usage")
        if rest or not drivers:
            drivers = [*drivers, Driver("other", None, effect, rest)]
        return drivers


def _named_drivers(anomaly: Anomaly, parts: Sequence[Part]) -> list[Driver]:
    """Return the drivers of the dimension that tells enough; both sides of a move."""
    if anomaly.moved_over is not None:
        return _ranked(anomaly, parts, _dimension(anomaly.moved_over))
    dimensions = ("resource", "sku", *_rolled_up(anomaly))
    choices = [_ranked(anomaly, parts, name) for name in dimensions]
    impact = abs(anomaly.impact)
    good = (each for each in choices if _carried(each) >= ENOUGH * impact)
    return next(good, None) or max(choices, key=_carried)


def explanation(anomaly: Anomaly, drivers: Sequence[Driver]) -> str:
    """Say in plain words what happened and what it mostly comes from."""
    first = drivers[0]
    agrees = first.member is not None and first.impact * anomaly.impact > 0
    if anomaly.moved_from is not None or not agrees:
        return sentence(anomaly)
    told, impact = _phrase(anomaly, first), first.impact
    # A group that starts together is one reason, not the first of its members.
    alike = [one for one in drivers if _is_like(one, first)]
    if first.effect == "new" and len(alike) > 1:
        others = len(alike) - 1
        told = f"{told.removesuffix(' is new')} and {others} more like it are new"
        impact = sum((one.impact for one in alike), Decimal(0))
    share = float(impact / anomaly.impact * 100)
    amount = money(abs(impact), anomaly.scope.billing_currency)
    return f"{sentence(anomaly)[:-1]}; {told} ({amount}, {min(share, 999):.0f}% of it)."


def _is_like(one: Driver, other: Driver) -> bool:
    """Tell whether two drivers are the same news about two members."""
    alike = (one.dimension, one.effect) == (other.dimension, other.effect)
    return alike and one.member is not None and one.impact * other.impact > 0


def _phrase(anomaly: Anomaly, driver: Driver) -> str:
    is_more = driver.impact > 0
    # The last part of an ARN or a path is what people call a resource.
    name = str(driver.member)
    if not driver.dimension.startswith(TAG):
        name = name.rpartition("/")[2] or name
    what = called(driver.dimension, name)
    if driver.dimension == "sku":
        what = str(driver.member)
    if anomaly.scope.charge_kind == "commitment":
        return f"{what} went {'unused' if is_more else 'into use again'}"
    phrases = {
        "price": f"the price of {what} {'rose' if is_more else 'fell'}",
        "usage": f"{what} used {'more' if is_more else 'less'} than before",
        "mix": f"{what} changed its size or type",
        "commitment": f"commitments cover {'less' if is_more else 'more'} of {what}",
        "credit": f"credits for {what} {'fell' if is_more else 'rose'}",
        "new": f"{what} is new",
    }
    return phrases[driver.effect]


def _whole(anomaly: Anomaly) -> list[Driver]:
    """Return the one driver of an anomaly of which no lines are known, or two sides."""
    if anomaly.moved_from is not None and anomaly.moved_cost is not None:
        column, gone = str(anomaly.moved_over), anomaly.moved_cost
        sides = (
            (anomaly.scope, anomaly.impact + gone),
            (anomaly.moved_from, -gone),
        )
        return [
            Driver(_dimension(column), getattr(scope, column), "usage", impact)
            for scope, impact in sides
        ]
    scope = anomaly.scope
    names = (
        ("service", scope.service_name),
        ("sub_account", scope.sub_account_id),
        ("billing_account", scope.billing_account_id),
    )
    dimension, member = next((name for name in names if name[1]), ("other", None))
    effect = EFFECT_OF_KIND.get(anomaly.kind, "usage")
    effect = EFFECT_OF_CHARGE.get(scope.charge_kind, effect)
    return [Driver(dimension, member, effect, anomaly.impact)]


def _rolled_up(anomaly: Anomaly) -> list[str]:
    """Return the dimensions over which the anomaly was merged."""
    return [_dimension(name) for name in anomaly.rolled_up]


def _dimension(column: str) -> str:
    """Return the dimension that a column of the scope is."""
    return column.removesuffix("_id").removesuffix("_name")


def _parts(anomaly: Anomaly, lines: Sequence[Line]) -> list[Part]:
    """Split the difference of each line into effects."""
    before = sum((line.earlier_cost for line in lines), Decimal(0))
    scale = Decimal(0)
    if before > 0:
        scale = min(max(anomaly.expected_cost / before, Decimal(0)), LARGEST_SCALE)
    fixed = EFFECT_OF_CHARGE.get(anomaly.scope.charge_kind)
    neighbours = _neighbours(lines)
    parts = []
    for line in lines:
        expected = (line.earlier_cost * scale).quantize(PART)
        change = line.actual_cost - expected
        if fixed:
            parts.append(Part(line.members, fixed, change))
            continue
        price = _price_part(line)
        if price is None:
            parts.append(Part(line.members, _appeared(line, neighbours), change))
            continue
        parts.append(Part(line.members, "price", price))
        parts.append(Part(line.members, "usage", change - price))
    return [part for part in parts if part.impact]


def _price_part(line: Line) -> Decimal | None:
    """Return what the change of price cost; None where there is no price twice."""
    now, before = line.actual_quantity, line.earlier_quantity
    if not now or not before or not line.actual_cost or not line.earlier_cost:
        return None
    return (line.actual_cost - line.earlier_cost / before * now).quantize(PART)


Sides = dict[tuple[str | None, ...], set[str]]


def _neighbours(lines: Iterable[Line]) -> Sides:
    """Return on which sides each resource, and each SKU of it, has costs."""
    sides: Sides = defaultdict(set)
    for line in lines:
        resource, sku = line.members["resource"], line.members["sku"]
        side = {
            name
            for name, cost in (("now", line.actual_cost), ("then", line.earlier_cost))
            if cost
        }
        sides[resource, sku] |= side
        if resource is not None:
            sides[resource,] |= side
    return sides


def _appeared(line: Line, sides: Sides) -> str:
    """Name the effect of a line that is there on one side only, or has no quantity."""
    if line.actual_cost and line.earlier_cost:
        return "usage"
    resource, sku = line.members["resource"], line.members["sku"]
    both = {"now", "then"}
    if sides[resource, sku] == both:
        return "commitment"
    if resource is not None and sides[resource,] == both:
        return "mix"
    return "new" if line.actual_cost else "usage"


def _ranked(anomaly: Anomaly, parts: Sequence[Part], dimension: str) -> list[Driver]:
    """Return the largest drivers when parts are summed by a dimension."""
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for part in parts:
        name, member = _named(part, dimension)
        if member is not None:
            sums[name, member, part.effect] += part.impact
    drivers = [Driver(*key, impact) for key, impact in sums.items()]
    least = SMALL * anomaly.size
    worth = [driver for driver in drivers if abs(driver.impact) >= least]
    by_size: Callable[[Driver], tuple[Decimal, str, str]] = lambda driver: (  # noqa: E731
        -abs(driver.impact),
        str(driver.member),
        driver.effect,
    )
    return sorted((item for item in worth if item.impact), key=by_size)[:NAMED]


def _named(part: Part, dimension: str) -> tuple[str, str | None]:
    """Return the dimension and member under which a part is summed.

    Prices belong to a SKU and not to whoever pays them; a line without a resource is
    named by its SKU.
    """
    name = dimension
    if dimension == "resource" and (
        part.effect in ("price", "commitment") or part.members["resource"] is None
    ):
        name = "sku"
    return name, part.members[name]


def _carried(drivers: Sequence[Driver]) -> Decimal:
    return abs(sum((driver.impact for driver in drivers), Decimal(0)))
