"""Anomalies that are hidden in a history: their kinds, sizes, and what they add.

Sizes are shares of what a series costs a day, or of what the usage of its billing
account does, where a series has no level of its own.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from tasks.core.detectors import Floats, Panel
from tasks.core.findings.anomalies import Scope
from tasks.core.findings.incidents import estimate
from tasks.core.findings.kinds import is_weekend

SIZES = ("small", "medium", "large")

SERIES, ACCOUNT, WEEKENDS = "series", "account", "weekends"

# Days before an anomaly whose median is the level.
LEVEL_DAYS = 28

# A slow drift has reached its size after so many days.
RAMP_DAYS = 35

DAYS_IN_WEEK = 7

# A series rests at weekends if they cost this share of a weekday at most.
RESTS = 0.7


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of anomaly.

    Attributes:
        kind: As in ``findings.anomalies``.
        of: What sizes are shares of: what the series would have cost on each day, or
            what the usage of its account did. Weekends cost as much as weekdays.
        shares: Small, medium and large; negative where it takes away.
        days: How long it lasts, at least and at most; for weekends how many, by size.
        charge_kind: Where it may be.
        is_new: It comes as a series of its own.
    """

    kind: str
    of: str
    shares: tuple[float, float, float]
    days: tuple[int, int]
    charge_kind: str = "usage"
    is_new: bool = False


SHAPES = (
    Shape("spike", SERIES, (0.5, 1.5, 4.0), (1, 3)),
    Shape("level_shift", SERIES, (0.25, 0.6, 1.5), (28, 42)),
    Shape("drift", SERIES, (0.3, 0.6, 1.2), (42, 56)),
    Shape("drop", SERIES, (-0.4, -0.7, -1.0), (2, 10)),
    Shape("new_scope", ACCOUNT, (0.005, 0.01, 0.03), (14, 28), is_new=True),
    Shape("pattern_break", WEEKENDS, (1.0, 1.0, 1.0), (1, 3)),
    Shape("price_change", SERIES, (0.1, 0.25, 0.6), (21, 42)),
    Shape("commitment", ACCOUNT, (0.01, 0.03, 0.1), (14, 28), "commitment"),
)


@dataclass(frozen=True, slots=True)
class Injection:
    """An anomaly that was hidden.

    Attributes:
        scope: Where; of a place that nobody knows, if it is a new one.
        kind: As in ``findings.anomalies``.
        size: Small, medium or large.
        row: The series that it changes, or that it is modelled on.
        is_new: It is a series of its own.
        first: Column of its first day.
        first_date: Its first day.
        costs: ``(n_days,)`` what it adds on each day; negative if it takes away.
        quantities: The same for the quantity; NaN where there is none.
        percent: What it adds in percent of what ``of`` names.
        of: As of its shape.
    """

    scope: Scope
    kind: str
    size: str
    row: int
    is_new: bool
    first: int
    first_date: date
    costs: Floats
    quantities: Floats
    percent: float
    of: str

    @property
    def rolled_up(self) -> tuple[str, ...]:
        """It is in one place."""
        return ()

    @property
    def direction(self) -> str:
        """``up`` or ``down``."""
        return "up" if self.costs.sum() >= 0 else "down"

    @property
    def last(self) -> int:
        """Column of its last day."""
        return self.first + len(self.costs) - 1

    @property
    def last_date(self) -> date:
        """Its last day."""
        return self.first_date + timedelta(days=len(self.costs) - 1)

    def money(self, since: date | None = None) -> Decimal:
        """Return what it adds, all in all or from a day on."""
        days = 0 if since is None else max((since - self.first_date).days, 0)
        return estimate(float(self.costs[days:].sum()))


def length(shape: Shape, size: int, rng: np.random.Generator) -> int:
    """Draw how many days an anomaly of a shape lasts."""
    least, most = shape.days
    if shape.of == WEEKENDS:
        return DAYS_IN_WEEK * min(least + size, most) - 5
    return int(rng.integers(least, most + 1))


def costs(
    shape: Shape, share: float, panel: Panel, row: int, days: slice
) -> Floats | None:
    """Return what an anomaly adds on each day; None where it cannot be there.

    Args:
        shape: Its shape.
        share: Its size.
        panel: The series; nothing after ``days`` is looked at.
        row: Which of them.
        days: Its days.
    """
    own = panel.costs[row, days]
    before = panel.costs[row, max(days.start - LEVEL_DAYS, 0) : days.start]
    level = float(np.median(before)) if np.isfinite(before).all() else 0.0
    has_level = level > 0 or shape.charge_kind != "usage"
    if not (np.isfinite(own).all() and np.isfinite(before).all() and has_level):
        return None
    if shape.of == WEEKENDS:
        return _weekends(panel, days, own, before)
    if shape.of == ACCOUNT:
        size = share * account_day(panel, row, days.start)
        return size * own / level if shape.is_new else np.full(own.shape, size)
    if shape.kind == "spike":
        return np.full(own.shape, share * level)
    ramp = np.ones(own.shape)
    if shape.kind == "drift":
        ramp = np.minimum(np.arange(1, len(own) + 1) / RAMP_DAYS, 1.0)
    return share * ramp * own


def account_day(panel: Panel, row: int, column: int) -> float:
    """Return what the usage of a billing account cost a day, lately."""
    beside = panel.accounts == panel.accounts[row]
    beside &= np.array([kind == "usage" for kind in panel.charge_kinds])
    days = panel.costs[beside, max(column - LEVEL_DAYS, 0) : column]
    return float(np.median(np.nan_to_num(days).sum(axis=0)))


def _weekends(panel: Panel, days: slice, own: Floats, before: Floats) -> Floats | None:
    """Return what weekends lack to weekdays; None where they rest on none."""
    weekend = np.array(
        [is_weekend(panel.day(column)) for column in range(days.start, days.stop)]
    )
    rests = np.array(
        [
            is_weekend(panel.day(column))
            for column in range(days.start - len(before), days.start)
        ]
    )
    if not weekend[0] or len(before) < LEVEL_DAYS:
        return None
    weekday, quiet = (float(np.median(before[rests == rest])) for rest in (0, 1))
    if quiet > RESTS * weekday:
        return None
    return np.where(weekend, weekday - own, 0.0)
