"""Anomalies: alerts of many days and series, told as one thing that happened."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from tasks.core.findings.detection import Detection

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
        return tuple(getattr(self, field.name) for field in fields(self))


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
        """The id under which it is first stored: scope, direction and first day.

        The kind is left out, for a level shift looks like a spike on its first day.
        """
        return stable_id(
            [*self.scope.key, *self.rolled_up, self.direction, str(self.first_date)]
        )

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


def sentence(anomaly: Anomaly) -> str:
    """Say in one plain sentence what happened, before anybody knows why.

    Examples:
        >>> scope = Scope("AWS", "1", "2", "AWS Lambda", None, "usage", "USD")
        >>> day = Day(date(2026, 3, 5), Decimal(25), *[Decimal(10)] * 3, 9.0)
        >>> found = Anomaly(scope, (), "spike", "up", "seasonal", "confirmed", (day,))
        >>> sentence(found).partition(" than ")[0]
        'AWS Lambda (account 2, AWS) cost 15.00 USD more'
    """
    than = (
        "where nothing was expected"
        if anomaly.impact_pct is None
        else f"than expected{_percent(anomaly)}"
    )
    said = f"{_where(anomaly)} cost {_change(anomaly, anomaly.impact)} {than}"
    said = f"{_moved(anomaly) or said} {_when(anomaly)}"
    return f"{said}{_spread(anomaly)}{_stayed(anomaly)}{_foreseen(anomaly)}."


def _moved(anomaly: Anomaly) -> str:
    """Say what moved from where to where, and what both sides come to."""
    if anomaly.moved_from is None or anomaly.moved_cost is None:
        return ""
    there = _where(replace(anomaly, scope=anomaly.moved_from))
    gone = anomaly.moved_cost
    return (
        f"Cost moved from {there} to {_where(anomaly)}:"
        f" {_change(anomaly, -gone)} there and"
        f" {_change(anomaly, anomaly.impact + gone)} here, in all"
        f" {_change(anomaly, anomaly.impact)} than expected{_percent(anomaly)}"
    )


def _change(anomaly: Anomaly, amount: Decimal) -> str:
    more = "more" if amount >= 0 else "less"
    return f"{abs(amount):,.2f} {anomaly.scope.billing_currency} {more}"


def _percent(anomaly: Anomaly) -> str:
    percent = anomaly.impact_pct
    if percent is None:
        return ""
    return f" ({percent:+,.0f} %)".replace("-", "\N{MINUS SIGN}")


def _spread(anomaly: Anomaly) -> str:
    """Say that many series moved a little, where that is so."""
    if anomaly.spread_over is None:
        return ""
    return f", spread over {anomaly.spread_over} series"


def _stayed(anomaly: Anomaly) -> str:
    """Say what became normal when it was resolved, if anything did."""
    rest = anomaly.lasting_cost
    if rest is None:
        return ""
    amount = f"{abs(rest):,.2f} {anomaly.scope.billing_currency}"
    return f", when {amount} a day {'more' if rest > 0 else 'less'} became normal"


def _foreseen(anomaly: Anomaly) -> str:
    """Say what people foresaw of the deviation, and how much of it that is.

    Examples:
        >>> note = Note("planned", "load test", date(2026, 5, 3), Decimal(400))
        >>> scope = Scope("AWS", "1", "2", "AWS Lambda", None, "usage", "USD")
        >>> day = Day(note.until, Decimal(1000), *[Decimal(500)] * 3, 9.0)
        >>> days, notes = (day,), (note,)
        >>> up = ("spike", "up", "x", "confirmed")
        >>> found = Anomaly(scope, (), *up, days, notes=notes)
        >>> _foreseen(found)
        '; planned load test until 3 May 2026 explains 400.00 of 900.00 USD'
    """
    whole = anomaly.impact + sum((note.explained for note in anomaly.notes), Decimal(0))
    currency = anomaly.scope.billing_currency
    said = ""
    for note in anomaly.notes:
        what = (
            f"planned {note.title} until {_date(note.until)}"
            if note.source == "planned"
            else f"what was called expected ({note.title})"
        )
        said += f"; {what} explains {abs(note.explained):,.2f} of"
        said += f" {abs(whole):,.2f} {currency}"
    return said


def _where(anomaly: Anomaly) -> str:
    scope = anomaly.scope
    what = scope.service_name or "All services"
    if scope.charge_kind == "commitment":
        what = (
            f"Unused commitment of {what}"
            if scope.service_name
            else ("Unused commitment")
        )
    place = f" in {scope.region_id}" if scope.region_id else ""
    if "region_id" in anomaly.rolled_up:
        place = " in several regions"
    account = scope.sub_account_id or scope.billing_account_id
    owner = f"account {account}, " if account else ""
    if "sub_account_id" in anomaly.rolled_up:
        owner = "several accounts, "
    return f"{what}{place} ({owner}{scope.provider or 'unknown provider'})"


def _when(anomaly: Anomaly) -> str:
    first, last = anomaly.first_date, anomaly.last_date
    if first == last:
        return f"on {_date(first)}"
    return f"from {_date(first)} to {_date(last)}"


def _date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
