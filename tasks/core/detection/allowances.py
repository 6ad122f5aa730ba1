"""What people allow: costs that are planned or expected, and bounds that are raised.

Every rule is about later days alone: a plan counts from the day on which somebody told
of it, and feedback changes how days are judged from the day on which it was given. Only
the anomaly itself that feedback is about is closed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection import people
from tasks.core.detection.arrival import Arrived
from tasks.core.detection.people import Feedback, Plan, Rules
from tasks.core.detectors import Flags, Floats, Panel
from tasks.core.findings.anomalies import Scope, Tag

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Allowance:
    """Money by which a scope may cost more, or less, on some days.

    Attributes:
        source: ``planned`` or ``expected``.
        title: What people call it.
        until: Its last day.
        rows: Series of the scope; the money is for all of them together.
        columns: Days.
        signs: 1 where it may cost more, -1 where it may cost less.
        amount: Money a day.
        percent: The same in percent of what is expected; the larger one counts.
    """

    source: str
    title: str
    until: date
    rows: Places
    columns: Places
    signs: tuple[int, ...]
    amount: float
    percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """How much of what lies off an allowance explains, by its rows and columns."""

    allowance: Allowance
    explained: Floats


@dataclass(frozen=True, slots=True)
class Given:
    """All that people said that matters for a panel.

    Attributes:
        allowances: In the order in which they are used up.
        strictness: By sign, ``(n_series, n_days)`` by what scores are divided.
        lessons: For each time that somebody confirmed anomalies: the days to leave
            out of what is learned, and the days that are judged without them.
    """

    allowances: tuple[Allowance, ...]
    strictness: dict[int, Floats]
    lessons: tuple[tuple[Flags, Flags], ...]

    @property
    def is_about_days(self) -> bool:
        """Whether there is any day that is judged otherwise."""
        raised = (bool((bound > 1).any()) for bound in self.strictness.values())
        return bool(self.allowances) or any(raised)


def given(
    panel: Panel,
    scopes: Sequence[Scope],
    plans: Iterable[Plan],
    feedback: Sequence[Feedback],
    rules: Rules,
    *,
    tags: Sequence[Tag | None] = (),
) -> Given:
    """Return what people said of the series and days of a panel.

    Args:
        panel: The series.
        scopes: Scope of each series.
        plans: Planned events.
        feedback: The last word on each anomaly, oldest first.
        rules: As configured.
        tags: What of its scope each series is about, where that is not all.
    """
    places = list(zip(scopes, tags or [None] * len(scopes), strict=True))
    days = [panel.day(column) for column in range(panel.n_days)]
    allowed = [_planned(plan, scopes, days) for plan in plans]
    # Takes no room as long as nobody raises a bound.
    usual = np.broadcast_to(np.float64(1), panel.costs.shape)
    strictness = {1: usual, -1: usual}
    for item in feedback:
        rows = _rows(item.covers(scope, tag) for scope, tag in places)
        if item.verdict != people.TRUE:
            own = _columns(item.is_own(day) for day in days)
            allowed.append(_expected(item, rows, own, np.inf, 0.0))
        if item.verdict == people.EXPECTED:
            repeats = _columns(item.is_repeat(day, rules) for day in days)
            size = rules.similar * item.daily_impact
            share = rules.similar * (item.daily_pct or 0.0)
            allowed.append(_expected(item, rows, repeats, size, share))
        if item.verdict == people.FALSE:
            later = [0 <= (d - item.given_at.date()).days < rules.days for d in days]
            bound = strictness[_sign(item)].copy()
            on_days = np.ix_(rows, _columns(later))
            raised = bound[on_days] * rules.stricter
            bound[on_days] = np.minimum(raised, rules.strictest)
            strictness[_sign(item)] = bound
    used = tuple(one for one in allowed if len(one.rows) and len(one.columns))
    return Given(used, strictness, tuple(_lessons(days, scopes, feedback)))


def parts(
    expected: Floats, costs: Floats, allowances: Iterable[Allowance]
) -> list[Part]:
    """Return how much each allowance explains, one after the other."""
    left = np.nan_to_num(costs - expected)
    found = []
    for one in allowances:
        on_days = np.ix_(one.rows, one.columns)
        usual = np.abs(np.nan_to_num(expected[on_days]).sum(axis=0))
        limit = np.maximum(one.amount, usual * one.percent / 100)
        explained = sum(
            (_shared(left[on_days], sign, limit) for sign in one.signs),
            np.zeros((len(one.rows), len(one.columns))),
        )
        left[on_days] -= explained
        found.append(Part(one, explained))
    return found


def scaled(part: Part, arrived: Arrived) -> Part:
    """Return a part of days of which only a share is there."""
    share = arrived.middle_of(part.allowance.columns)[part.allowance.rows]
    return replace(part, explained=part.explained * share)


def less(
    costs: Floats, expected: Floats, found: Sequence[Part], said: Given
) -> tuple[Floats, Floats]:
    """Return costs without what is allowed, and what is allowed of each.

    Where a bound was raised, what is left lies off by so much less.
    """
    explained = np.zeros(costs.shape)
    for part in found:
        explained[np.ix_(part.allowance.rows, part.allowance.columns)] += part.explained
    left = costs - explained - expected
    bound = np.where(left > 0, said.strictness[1], said.strictness[-1])
    off = np.where(np.isfinite(expected), left * (1 - 1 / bound), 0.0)
    return costs - explained - off, explained


def _planned(plan: Plan, scopes: Sequence[Scope], days: Sequence[date]) -> Allowance:
    event = plan.planned
    is_bounded = event.extra_cost is not None or event.extra_pct is not None
    return Allowance(
        source="planned",
        title=event.title,
        until=event.last_date,
        rows=_rows(event.covers(scope) for scope in scopes),
        columns=_columns(plan.counts_on(day) for day in days),
        signs={"up": (1,), "down": (-1,), "both": (1, -1)}[event.direction],
        amount=float(event.extra_cost or 0) if is_bounded else np.inf,
        percent=event.extra_pct or 0.0,
    )


def _expected(
    item: Feedback, rows: Places, columns: Places, amount: float, percent: float
) -> Allowance:
    signs = (_sign(item),)
    until = item.dates[-1]
    return Allowance(
        "expected", item.reason, until, rows, columns, signs, amount, percent
    )


def _sign(item: Feedback) -> int:
    return 1 if item.direction == "up" else -1


def _shared(left: Floats, sign: int, limit: Floats) -> Floats:
    """Return what a limit explains of each series, in proportion to what lies off."""
    off = np.maximum(sign * left, 0.0)
    total = off.sum(axis=0)
    share = np.divide(limit, total, out=np.ones(total.shape), where=total > limit)
    return np.asarray(sign * off * share)


def _lessons(
    days: Sequence[date], scopes: Sequence[Scope], feedback: Sequence[Feedback]
) -> Iterable[tuple[Flags, Flags]]:
    """Yield the days to leave out, and the days judged without them.

    The first lesson of a series counts from the day on which it was given until the
    second one, which leaves out the days of both.
    """
    waiting: dict[int, list[Feedback]] = defaultdict(list)
    for item in feedback:
        if item.verdict == people.TRUE:
            for row in _rows(item.covers(scope) for scope in scopes):
                waiting[int(row)].append(item)
    left_out = np.zeros((len(scopes), len(days)), dtype=np.bool_)
    for turn in range(max(map(len, waiting.values()), default=0)):
        left_out, judged = left_out.copy(), np.zeros_like(left_out)
        for row, items in waiting.items():
            for item in items[turn : turn + 1]:
                left_out[row] |= [item.is_own(day) for day in days]
                judged[row] = [day >= item.given_at.date() for day in days]
        yield left_out, judged


def _rows(flags: Iterable[bool]) -> Places:
    return np.flatnonzero(np.fromiter(flags, dtype=np.bool_))


def _columns(flags: Iterable[bool]) -> Places:
    return _rows(flags)
