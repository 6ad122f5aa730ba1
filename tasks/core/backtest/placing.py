"""Where anomalies are hidden: drawn by a seed, and never where a real one is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tasks.core.backtest import matching, shapes
from tasks.core.backtest.matching import Event, Stated
from tasks.core.backtest.shapes import Injection, Shape
from tasks.core.detectors import Flags, Floats, Panel, windows
from tasks.core.findings.runs import Book

# Places that are tried for one anomaly.
TRIES = 400

# Days between two of one series, and between one and a real finding.
APART = 14

# A price is steady if half of its days lie this close to its median.
STEADY = 0.02

# How new scopes are called: in a region that no provider has.
NEW_REGION = "backtest-"


@dataclass(frozen=True, slots=True)
class Ground:
    """What anomalies may be hidden in.

    Attributes:
        book: The series.
        findings: What is odd in them already.
        first: First column of the days that are judged.
        last: Last one.
        least: Money that an anomaly must be worth.
        known_days: Days of a series that must lie before.
    """

    book: Book
    findings: Sequence[Event]
    first: int
    last: int
    least: float
    known_days: int


def draw(ground: Ground, count: int, rng: np.random.Generator) -> list[Injection]:
    """Draw anomalies of every kind and size in turn.

    Kinds and sizes for which there is no place are left out, so there may be fewer
    than asked for.
    """
    able = {shape: _rows(ground.book.panel, shape) for shape in shapes.SHAPES}
    kinds = [shape for shape in shapes.SHAPES if len(able[shape])]
    drawn: list[Injection] = []
    for number in range(count if kinds else 0):
        turn, place = divmod(number, len(kinds))
        shape, size = kinds[place], (turn + place) % len(shapes.SIZES)
        tries = (_try(ground, shape, size, able[shape], rng) for _ in range(TRIES))
        fits = (one for one in tries if one and _is_free(ground, one, drawn))
        found = next(fits, None)
        if found:
            drawn.append(found)
    return drawn


def _rows(panel: Panel, shape: Shape) -> NDArray[np.int64]:
    """Return the series that a shape suits."""
    suits = np.array([kind == shape.charge_kind for kind in panel.charge_kinds])
    if shape.kind == "price_change":
        suits &= _has_steady_price(panel)
    return np.flatnonzero(suits)


def _has_steady_price(panel: Panel) -> Flags:
    has = (panel.costs > 0) & (panel.quantities > 0)
    ratio = np.divide(panel.costs, panel.quantities, where=has, out=np.ones(has.shape))
    price = np.where(has, np.log(ratio), np.nan)
    usual = windows.median_of_known(price, shapes.LEVEL_DAYS)
    off = windows.median_of_known(np.abs(price - usual[:, None]), shapes.LEVEL_DAYS)
    return np.asarray(np.nan_to_num(off, nan=np.inf) <= STEADY)


def _try(
    ground: Ground,
    shape: Shape,
    size: int,
    rows: NDArray[np.int64],
    rng: np.random.Generator,
) -> Injection | None:
    """Draw a place; None where the anomaly cannot be there, or is worth too little."""
    panel = ground.book.panel
    row, days = int(rng.choice(rows)), shapes.length(shape, size, rng)
    if ground.last - days + 1 < ground.first:
        return None
    first = int(rng.integers(ground.first, ground.last - days + 2))
    span = slice(first, first + days)
    known = int(np.isfinite(panel.costs[row, :first]).sum())
    if known < ground.known_days or not ground.book.settled[row, span].all():
        return None
    added = shapes.costs(shape, shape.shares[size], panel, row, span)
    if added is None or abs(added.sum()) < ground.least:
        return None
    scope = ground.book.scopes[row]
    if shape.is_new:
        scope = replace(scope, region_id=f"{NEW_REGION}{row}-{first}")
    return Injection(
        scope=scope,
        kind=shape.kind,
        size=shapes.SIZES[size],
        row=row,
        is_new=shape.is_new,
        first=first,
        first_date=panel.day(first),
        costs=added,
        quantities=_quantities(shape, panel, row, span, added),
        percent=_percent(shape, size, panel.costs[row, span], added),
        of=shape.of,
    )


def _quantities(
    shape: Shape, panel: Panel, row: int, days: slice, added: Floats
) -> Floats:
    """Return what an anomaly adds to the quantity: nothing where the price moves."""
    own, cost = panel.quantities[row, days], panel.costs[row, days]
    if shape.kind == "price_change":
        return np.zeros(added.shape)
    a_unit = np.divide(own, cost, where=cost > 0, out=np.zeros(cost.shape))
    return np.asarray(added * a_unit)


def _percent(shape: Shape, size: int, own: Floats, added: Floats) -> float:
    """Return what is added in percent of what its shape names."""
    if shape.of != shapes.WEEKENDS:
        return round(100 * shape.shares[size], 1)
    usual = float(own[added != 0].sum())
    return round(float(100 * added.sum() / usual), 1) if usual else 0.0


def _is_free(ground: Ground, one: Injection, drawn: Sequence[Injection]) -> bool:
    """Return whether a place is far from real findings and from what was hidden."""
    near = [other for other in drawn if other.row == one.row]
    hidden = any(
        one.first - APART <= other.last and other.first - APART <= one.last
        for other in near
    )
    return not hidden and not any(_meet(one, finding) for finding in ground.findings)


def _meet(one: Injection, finding: Event) -> bool:
    """Return whether a finding, of whichever direction, lies near in place and time."""
    own = Stated(one.scope, one.rolled_up, "", "", one.first_date, one.last_date)
    late = (finding.first_date - one.last_date).days
    early = (one.first_date - finding.last_date).days
    return max(late, early) <= APART and matching.covers(finding, own)
