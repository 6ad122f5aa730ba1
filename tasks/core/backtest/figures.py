"""Figures of a method: what it told of hidden anomalies, and what else it told.

Alerts on the plain history may be true: nobody hid them. So precision is stated twice:
with them left out, and at the least, with all of them counted as false.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import mean, median

from tasks.core.backtest import matching, shapes
from tasks.core.backtest.alarms import Alarm
from tasks.core.backtest.shapes import Injection


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one hidden anomaly.

    Attributes:
        injection: The anomaly.
        told_date: When it was told; None where never.
        is_right_kind: It was told under its own kind; None where the method names none.
    """

    injection: Injection
    told_date: date | None
    is_right_kind: bool | None

    @property
    def delay(self) -> int | None:
        """Days from its first day until it was told."""
        if self.told_date is None:
            return None
        return max((self.told_date - self.injection.first_date).days, 0)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a method told of one history with anomalies hidden in it.

    Attributes:
        fates: What became of each.
        again: Alerts that tell once more of what was told.
        echoes: Alerts that came with them, but tell of none.
        history: Alerts on the plain history.
    """

    fates: tuple[Fate, ...]
    again: int
    echoes: int
    history: int


@dataclass(frozen=True, slots=True)
class Money:
    """What hidden anomalies that make bills dearer added, in one currency.

    Attributes:
        currency: The currency.
        caught: What they added from the day on which they were told.
        lost: What they added before, or all of it where nobody told.
    """

    currency: str
    caught: Decimal
    lost: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a method is.

    Attributes:
        method: Its name.
        alerts_per_week: Alerts a week on the plain history.
        hidden: Hidden anomalies.
        caught: How many of them were told.
        recall: The share of them.
        precision: Share of the alerts that are right, those of the history left out.
        f1: Harmonic mean of both.
        precision_least: The share, were all alerts of the history false.
        f1_least: Harmonic mean of recall and that.
        right_kind: Share of what was told that had its own kind.
        again: Alerts that told once more of the same.
        echoes: False alerts that came with the anomalies.
        delay_days: Mean delay, drifts left out.
        money: What was caught and lost, by currency.
    """

    method: str
    alerts_per_week: float
    hidden: int
    caught: int
    recall: float
    precision: float
    f1: float
    precision_least: float
    f1_least: float
    right_kind: float | None
    again: int
    echoes: int
    delay_days: float | None
    money: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """How well one kind and size is found.

    Attributes:
        kind: As in ``findings.anomalies``.
        size: Small, medium or large.
        percent: What the median one added, in percent …
        of: … of this.
        daily_cost: What the median one added a day, in the currency of most of them.
        currency: That currency.
        hidden: How many were hidden.
        caught: How many were told.
        recall: The share of them.
        delay_days: Mean delay.
    """

    kind: str
    size: str
    percent: float
    of: str
    daily_cost: Decimal
    currency: str
    hidden: int
    caught: int
    recall: float
    delay_days: float | None


def trial(
    alarms: Sequence[Alarm],
    plain: Sequence[Alarm],
    hidden: Sequence[Injection],
    history: int,
) -> Trial:
    """Hold a method's alerts against what was hidden.

    Args:
        alarms: Its alerts.
        plain: Its alerts on the same history with nothing hidden in it. What is among
            them tells nothing of what was hidden.
        hidden: What was hidden.
        history: How many of the plain alerts count.
    """
    before = {alarm.key for alarm in plain}
    news = [alarm for alarm in alarms if alarm.key not in before]
    compared = matching.compare(news, hidden)
    fates = tuple(
        Fate(one, told.told_date if told else None, _is_right_kind(one, told))
        for one, told in compared.pairs
    )
    return Trial(fates, compared.again, len(compared.false), history)


def _is_right_kind(one: Injection, told: Alarm | None) -> bool | None:
    return told.kind == one.kind if told and told.kind else None


def figures(method: str, trials: Sequence[Trial], weeks: float) -> Figures:
    """Return the figures of a method over several trials of some weeks."""
    fates = [fate for one in trials for fate in one.fates]
    told = [fate for fate in fates if fate.told_date]
    echoes = sum(one.echoes for one in trials)
    history = sum(one.history for one in trials)
    recall = len(told) / max(len(fates), 1)
    precision, least = (
        len(told) / max(len(told) + false, 1) for false in (echoes, echoes + history)
    )
    right = [fate.is_right_kind for fate in told if fate.is_right_kind is not None]
    sudden = [fate for fate in told if fate.injection.kind != "drift"]
    return Figures(
        method=method,
        alerts_per_week=_rounded(history / len(trials) / weeks),
        hidden=len(fates),
        caught=len(told),
        recall=_rounded(recall),
        precision=_rounded(precision),
        f1=_f1(recall, precision),
        precision_least=_rounded(least),
        f1_least=_f1(recall, least),
        right_kind=_rounded(mean(right)) if right else None,
        again=sum(one.again for one in trials),
        echoes=echoes,
        delay_days=_delay(sudden),
        money=_money(fates),
    )


def cells(trials: Iterable[Trial]) -> list[Cell]:
    """Return how well each kind and size is found."""
    groups: dict[tuple[str, str], list[Fate]] = defaultdict(list)
    for fate in (fate for one in trials for fate in one.fates):
        groups[fate.injection.kind, fate.injection.size].append(fate)
    return [
        _cell(groups[shape.kind, size])
        for shape in shapes.SHAPES
        for size in shapes.SIZES
        if (shape.kind, size) in groups
    ]


def _cell(fates: Sequence[Fate]) -> Cell:
    one = fates[0].injection
    told = [fate for fate in fates if fate.told_date]
    names = Counter(fate.injection.scope.billing_currency for fate in fates)
    [(currency, _)] = names.most_common(1)
    a_day = [
        fate.injection.money() / len(fate.injection.costs)
        for fate in fates
        if fate.injection.scope.billing_currency == currency
    ]
    return Cell(
        kind=one.kind,
        size=one.size,
        percent=round(median(fate.injection.percent for fate in fates), 1),
        of=one.of,
        daily_cost=round(median(a_day), 2),
        currency=currency,
        hidden=len(fates),
        caught=len(told),
        recall=_rounded(len(told) / len(fates)),
        delay_days=_delay(told),
    )


def _delay(told: Iterable[Fate]) -> float | None:
    days = [fate.delay for fate in told if fate.delay is not None]
    return round(mean(days), 2) if days else None


def _money(fates: Iterable[Fate]) -> tuple[Money, ...]:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for fate in fates:
        if fate.injection.direction != "up":
            continue
        whole, told = fate.injection.money(), fate.told_date
        caught = fate.injection.money(told) if told else Decimal(0)
        own = sums[fate.injection.scope.billing_currency]
        own[0] += caught
        own[1] += whole - caught
    return tuple(
        Money(code, round(caught, 2), round(lost, 2))
        for code, (caught, lost) in sorted(sums.items())
    )


def _f1(recall: float, precision: float) -> float:
    return _rounded(2 * recall * precision / max(recall + precision, 1e-9))


def _rounded(value: float) -> float:
    return round(value, 4)
