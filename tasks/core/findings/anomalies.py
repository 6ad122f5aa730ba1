"""Anomalies: alerts of many days and series, told as one thing that happened."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Self

from tasks.core.detection.declaration import Detection

# Amounts that a detector estimates are kept to the millionth of a unit.
ESTIMATE = Decimal("0.000001")

SEVERITIES = ("low", "medium", "high", "critical")

Amounts = Callable[[int, int], Decimal]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a series, or an anomaly, is about; the columns of ``series.daily_cost``."""

    provider: str | None
    billing_account_id: str | None
    sub_account_id: str | None
    service_name: str | None
    region_id: str | None
    charge_kind: str
    billing_currency: str

    @property
    def key(self) -> tuple[str | None, ...]:
        """The columns in order."""
        return _columns(self)


_columns = attrgetter(*(field.name for field in fields(Scope)))


@dataclass(frozen=True, slots=True)
class Tag:
    """A value of a tag; None is what has no such tag."""

    key: str
    value: str | None

    @classmethod
    def named(cls, key: str | None, value: str | None) -> Self | None:
        """Return the tag with a key; None without a key."""
        return None if key is None else cls(key, value)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of an anomaly; amounts in its currency."""

    charge_date: date
    actual_cost: Decimal
    expected_cost: Decimal
    expected_low: Decimal
    expected_high: Decimal
    score: float


@dataclass(frozen=True, slots=True)
class Note:
    """How much of a deviation somebody foresaw; it is part of the expected cost.

    Attributes:
        source: ``planned`` or ``expected``.
        title: What they call it.
        until: Last day of the plan, or of the anomaly that was called expected.
        explained: Signed amount, over the days of the anomaly.
    """

    source: str
    title: str
    until: date
    explained: Decimal


@dataclass(frozen=True, slots=True)
class Anomaly:
    """What the data of one moment say happened.

    Attributes:
        scope: Where. A column of it that is in ``rolled_up`` is null and means all
            below; else null means that the bill names none.
        rolled_up: Names of the scope's columns over which it was merged.
        kind: Shape of the deviation.
        direction: ``up`` or ``down``.
        detector: Detectors that agreed, comma separated.
        status: ``provisional``, ``confirmed`` or ``resolved``.
        days: Its days, oldest first; at least one.
        p_value: Smallest p-value of its days and series; None where none has any.
        notes: What people foresaw of it.
        lasting_cost: What a day costs more (or less) since it was resolved than
            before it began; None while it is open, and where costs went back.
        spread_over: How many series moved that way, where only their sum stands out;
            else None.
        moved_from: Where its cost came from, where it moved here: the scope of a fall,
            with the same columns rolled up. Amounts are then those of both sides, and
            the direction is that of this one. Else None.
        moved_cost: By how much less was spent there; None where nothing moved.
        tag: What of the scope it is about; None: all of it.
    """

    scope: Scope
    rolled_up: tuple[str, ...]
    kind: str
    direction: str
    detector: str
    status: str
    days: tuple[Day, ...]
    p_value: float | None = None
    notes: tuple[Note, ...] = ()
    lasting_cost: Decimal | None = None
    spread_over: int | None = None
    moved_from: Scope | None = None
    moved_cost: Decimal | None = None
    tag: Tag | None = None

    @property
    def first_date(self) -> date:
        """First anomalous day."""
        return self.days[0].charge_date

    @property
    def last_date(self) -> date:
        """Last anomalous day so far."""
        return self.days[-1].charge_date

    @property
    def anomaly_id(self) -> str:
        """The id under which it is first stored: scope, tag, direction, first day.

        The kind is left out, for a level shift looks like a spike on its first day.
        """
        where = [*self.scope.key, *self.rolled_up]
        if self.tag is not None:
            where += [self.tag.key, self.tag.value]
        return stable_id([*where, self.direction, str(self.first_date)])

    @property
    def actual_cost(self) -> Decimal:
        """Effective cost over its days."""
        return _total(day.actual_cost for day in self.days)

    @property
    def expected_cost(self) -> Decimal:
        """Expected cost over its days."""
        return _total(day.expected_cost for day in self.days)

    @property
    def expected_low(self) -> Decimal:
        """Lower end of the band, summed."""
        return _total(day.expected_low for day in self.days)

    @property
    def expected_high(self) -> Decimal:
        """Upper end of the band, summed."""
        return _total(day.expected_high for day in self.days)

    @property
    def impact(self) -> Decimal:
        """Actual less expected cost."""
        return self.actual_cost - self.expected_cost

    @property
    def size(self) -> Decimal:
        """The impact without sign; of a move, that of its larger side."""
        gone = self.moved_cost or Decimal(0)
        return max(abs(self.impact), abs(self.impact + gone), abs(gone))

    @property
    def moved_over(self) -> str | None:
        """The column in which the places of a move differ; None where nothing moved."""
        if self.moved_from is None:
            return None
        sides = zip(self.scope.key, self.moved_from.key, strict=True)
        names = [field.name for field in fields(Scope)]
        return next(
            name
            for name, (to, origin) in zip(names, sides, strict=True)
            if to != origin
        )

    @property
    def impact_pct(self) -> float | None:
        """Impact in percent of the expected cost; None where nothing was expected."""
        if self.expected_cost == 0:
            return None
        return round(float(self.impact / abs(self.expected_cost) * 100), 2)

    @property
    def score(self) -> float:
        """Largest absolute score of its days."""
        return max(abs(day.score) for day in self.days)


def stable_id(parts: Iterable[str | None]) -> str:
    """Return 16 hexadecimal digits that these parts always give.

    Examples:
        >>> stable_id(["a", None]) == stable_id(["a", ""])
        False
    """
    text = "\x1f".join("\x00" if part is None else part for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def severity(impact: Decimal, params: Detection) -> str:
    """Return how bad an impact is, by the configured bounds.

    Examples:
        >>> severity(Decimal(-1500), Detection())
        'high'
    """
    reached = sum(abs(float(impact)) >= bound for bound in params.severities)
    return SEVERITIES[reached]


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
