"""The numbers that the report tells, computed from its rows.

Amounts stay Decimal, and no sum crosses currencies.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tasks.core.reporting.rows import (
    MONTHLY,
    ZERO,
    Anomaly,
    Facts,
    Recommendation,
    ServiceDay,
    SpendKind,
)

DAY = timedelta(days=1)
WINDOW = timedelta(days=30)

DECISIONS = ("allow", "needs_approval", "deny")

# Beyond this many charts a page is no longer read; the rest keeps its table row.
MOST_CHARTS = 60


@dataclass(frozen=True, slots=True)
class Movement:
    """A service's cost in the newest thirty days and in the thirty before.

    ``earlier`` is None where the bills do not reach back that far.
    """

    service_name: str | None
    spend: Decimal
    earlier: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """Newest minus earlier spend."""
        return None if self.earlier is None else self.spend - self.earlier

    @property
    def change_pct(self) -> Decimal | None:
        """The change in percent; None where there was no spend to compare with."""
        if self.change is None or not self.earlier or self.earlier < 0:
            return None
        return 100 * self.change / self.earlier


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Open recommendations that the policy answered alike, in one currency."""

    decision: str | None
    count: int
    saving: Decimal


@dataclass(frozen=True, slots=True)
class Currency:
    """The numbers of one currency, ready to be read."""

    code: str
    until: date | None
    total: Movement
    services: Sequence[Movement]
    kinds: Sequence[SpendKind]
    open_anomalies: int
    past_anomalies: int
    open_impact: Decimal
    saving: Decimal
    verdicts: Sequence[Verdicts]

    @property
    def effective(self) -> list[tuple[str, Decimal]]:
        """What the spend is made of, the largest part first."""
        return _parts((one.charge_kind, one.effective_cost) for one in self.kinds)

    @property
    def billed(self) -> list[tuple[str, Decimal]]:
        """What the same days put on invoices, made of the same kinds."""
        return _parts((one.charge_kind, one.billed_cost) for one in self.kinds)

    @property
    def running(self) -> Movement | None:
        """The total without what comes once a month; None where that moves nothing.

        Taxes and fees of an open month come late, so the total alone may seem to fall.
        """
        once = [one for one in self.services if one.service_name == MONTHLY]
        if self.total.earlier is None:
            return None
        spend = sum((one.spend for one in once), ZERO)
        earlier = sum((one.earlier or ZERO for one in once), ZERO)
        if spend == earlier:
            return None
        return Movement(None, self.total.spend - spend, self.total.earlier - earlier)


def _parts(costs: Iterable[tuple[str, Decimal]]) -> list[tuple[str, Decimal]]:
    """Return the costs that move a sum, by size."""
    return sorted((one for one in costs if one[1]), key=lambda one: -abs(one[1]))


def currencies(facts: Facts) -> list[Currency]:
    """Return the numbers of each currency, that with the greatest spend first."""
    codes = {row.billing_currency for row in facts.service_days}
    codes |= {row.billing_currency for row in facts.anomalies}
    codes |= {row.billing_currency for row in facts.recommendations}
    found = [_currency(code, facts) for code in codes]
    return sorted(found, key=lambda one: (-abs(one.total.spend), one.code))


def charted(anomalies: Iterable[Anomaly]) -> list[Anomaly]:
    """Return the anomalies that get a chart, the most urgent first."""
    kept = (one for one in anomalies if one.status != "retracted")
    return sorted(kept, key=lambda one: one.urgency)[:MOST_CHARTS]


def objections(rows: Iterable[Recommendation]) -> list[tuple[str, int]]:
    """Return each reason of the policy with how often it was given."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        for reason in row.reasons:
            counts[reason] += 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def by_action(
    rows: Iterable[Recommendation],
) -> dict[tuple[str, str], list[Recommendation]]:
    """Group recommendations by action and currency, the greatest saving first.

    Across currencies that order is only one of numbers: nothing is converted.
    """
    groups: dict[tuple[str, str], list[Recommendation]] = defaultdict(list)
    for row in rows:
        groups[row.action, row.billing_currency].append(row)

    def saving(group: tuple[str, str]) -> Decimal:
        return sum((row.saving for row in groups[group]), ZERO)

    return {
        group: groups[group] for group in sorted(groups, key=lambda g: (-saving(g), g))
    }


def _currency(code: str, facts: Facts) -> Currency:
    spent = [row for row in facts.service_days if row.billing_currency == code]
    found = [row for row in facts.anomalies if row.billing_currency == code]
    advice = [row for row in facts.recommendations if row.billing_currency == code]
    now = [row for row in found if row.is_open]
    window = _window(spent)
    return Currency(
        code=code,
        until=window.until if window else None,
        total=_movement(None, spent, window),
        services=_services(spent, window),
        kinds=[row for row in facts.spend_kinds if row.billing_currency == code],
        open_anomalies=len(now),
        past_anomalies=sum(row.status == "resolved" for row in found),
        open_impact=sum((row.impact for row in now), ZERO),
        saving=sum((row.saving for row in advice), ZERO),
        verdicts=_verdicts(advice),
    )


@dataclass(frozen=True, slots=True)
class _Window:
    """The newest thirty days, and whether the thirty before are there as well."""

    until: date
    has_earlier: bool


def _window(rows: Sequence[ServiceDay]) -> _Window | None:
    """End with the newest day of usage: fees may be dated to days still to come."""
    if not rows:
        return None
    until = max((row.has_usage, row.charge_date) for row in rows)[1]
    first = min(row.charge_date for row in rows)
    return _Window(until, has_earlier=first <= until - 2 * WINDOW + DAY)


def _services(rows: Sequence[ServiceDay], window: _Window | None) -> list[Movement]:
    groups: dict[str | None, list[ServiceDay]] = defaultdict(list)
    for row in rows:
        groups[row.service_name].append(row)
    moves = [_movement(name, members, window) for name, members in groups.items()]

    def place(move: Movement) -> tuple[bool, bool, Decimal]:
        name = move.service_name
        return name == MONTHLY, name is None, -move.spend

    return sorted(moves, key=place)


def _movement(
    name: str | None, rows: Sequence[ServiceDay], window: _Window | None
) -> Movement:
    if window is None:
        return Movement(name, ZERO, None)
    middle, start = window.until - WINDOW, window.until - 2 * WINDOW
    spend, earlier = ZERO, ZERO
    for row in rows:
        if middle < row.charge_date <= window.until:
            spend += row.effective_cost
        elif start < row.charge_date <= middle:
            earlier += row.effective_cost
    return Movement(name, spend, earlier if window.has_earlier else None)


def _verdicts(rows: Sequence[Recommendation]) -> list[Verdicts]:
    found = []
    for decision in (*DECISIONS, None):
        alike = [row for row in rows if row.decision == decision]
        if alike:
            saving = sum((row.saving for row in alike), ZERO)
            found.append(Verdicts(decision, len(alike), saving))
    return found
