"""How an anomaly lives: what is stored, what is found now, and what changed.

An anomaly keeps its id while its days overlap, so a first day that a restated bill
moves does not make it another one; nor does a scope that grows or shrinks, such as when
the other regions of a day arrive.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from types import MappingProxyType

from tasks.core.detection.declaration import Detection
from tasks.core.detection.people import EXPECTED, FALSE
from tasks.core.events import Event, event
from tasks.core.findings.anomalies import Anomaly, Scope, severity
from tasks.core.findings.sentences import sentence

RETRACTED = "retracted"
RESOLVED = "resolved"

SCOPE_COLUMNS = tuple(field.name for field in fields(Scope))

# Columns that tell where an anomaly is within a billing account.
PLACE = ("sub_account_id", "service_name", "region_id")

WHAT = ("opened", "updated", RESOLVED, RETRACTED)


@dataclass(frozen=True, slots=True)
class Stored:
    """An anomaly as it was last told.

    Attributes:
        anomaly_id: Its id.
        revision: Its newest revision.
        status: Its status then.
        detected_at: When revision 1 was found.
        anomaly: What it said.
    """

    anomaly_id: str
    revision: int
    status: str
    detected_at: datetime
    anomaly: Anomaly


@dataclass(frozen=True, slots=True)
class Change:
    """A new revision of an anomaly.

    Attributes:
        what: ``opened``, ``updated``, ``resolved`` or ``retracted``.
        stored: The new revision.
    """

    what: str
    stored: Stored


def changes(
    stored: Sequence[Stored],
    found: Sequence[Anomaly],
    days: tuple[date, date],
    detected_at: datetime,
    verdicts: Mapping[str, str] = MappingProxyType({}),
) -> list[Change]:
    """Return what has to be told; nothing where nothing changed.

    Args:
        stored: Every stored anomaly that has a day in ``days``.
        found: Every anomaly that is found now.
        days: First and last day that this run answers for. An anomaly without a day
            in between is left as it is.
        detected_at: Time of this run.
        verdicts: What people said, by the anomaly's id.
    """
    pairs, left = _paired(stored, found)
    told = []
    for anomaly, old in pairs:
        if not _touches(anomaly, days):
            continue
        change = _change(anomaly, old, detected_at)
        if change is not None:
            told.append(change)
    gone = [
        _gone(old, verdicts.get(old.anomaly_id))
        for old in left
        if _touches(old.anomaly, days)
    ]
    return told + [change for change in gone if change is not None]


def closed(old: Stored, verdict: str) -> Change | None:
    """Return what feedback ends at once; None where it ends nothing.

    What is expected is resolved, a false alarm is retracted.
    """
    is_open = old.status in ("provisional", "confirmed")
    if verdict == EXPECTED and is_open:
        return Change(RESOLVED, _next(old, RESOLVED))
    if verdict == FALSE and old.status != RETRACTED:
        return Change(RETRACTED, _next(old, RETRACTED))
    return None


def event_of(
    change: Change,
    params: Detection,
    occurred_at: datetime,
    causes: Sequence[Mapping[str, object]] = (),
) -> list[Event]:
    """Return the events that tell of a change, in order.

    An anomaly that was over before anybody saw it is opened and resolved at once.
    Causes are changes in the clouds that happened where and when it began.
    """
    new = change.stored
    names = [change.what]
    if change.what == "opened" and new.status == RESOLVED:
        names.append(RESOLVED)
    data = told(new, params) | {"changes": [dict(cause) for cause in causes]}
    return [
        event(f"anomaly.{name}", new.anomaly_id, new.revision, occurred_at, data)
        for name in names
    ]


def told(stored: Stored, params: Detection) -> dict[str, object]:
    """Return what consumers get to know of an anomaly."""
    anomaly = stored.anomaly
    scope = anomaly.scope
    return {
        "anomaly_id": stored.anomaly_id,
        "revision": stored.revision,
        "status": stored.status,
        "kind": anomaly.kind,
        "direction": anomaly.direction,
        "severity": severity(anomaly.impact, params),
        "provider": scope.provider,
        "billing_account_id": scope.billing_account_id,
        "sub_account_id": scope.sub_account_id,
        "service_name": scope.service_name,
        "region_id": scope.region_id,
        "charge_kind": scope.charge_kind,
        "rolled_up": list(anomaly.rolled_up),
        "first_date": anomaly.first_date,
        "last_date": anomaly.last_date,
        "billing_currency": scope.billing_currency,
        "actual_cost": anomaly.actual_cost,
        "expected_cost": anomaly.expected_cost,
        "impact": anomaly.impact,
        "impact_pct": anomaly.impact_pct,
        "lasting_cost": anomaly.lasting_cost,
        "spread_over": anomaly.spread_over,
        "moved_from": place(anomaly.moved_from),
        "moved_cost": anomaly.moved_cost,
        "tag_key": anomaly.tag.key if anomaly.tag else None,
        "tag_value": anomaly.tag.value if anomaly.tag else None,
        "detector": anomaly.detector,
        "summary": sentence(anomaly),
    }


def place(scope: Scope | None) -> dict[str, str | None] | None:
    """Return where something is within its billing account."""
    if scope is None:
        return None
    return {name: getattr(scope, name) for name in PLACE}


def _paired(
    stored: Sequence[Stored], found: Sequence[Anomaly]
) -> tuple[list[tuple[Anomaly, Stored | None]], list[Stored]]:
    """Return each anomaly with the stored one that it is, and those that are left.

    The surest likeness counts first: the id, then the scope, then a scope around it or
    within it, then a fall that turns out to have moved. What stands is preferred to
    what was retracted.
    """
    left = {item.anomaly_id: item for item in stored}
    pairs = [(anomaly, left.pop(anomaly.anomaly_id, None)) for anomaly in found]
    for where, is_like in LIKE:
        near: dict[object, list[Stored]] = defaultdict(list)
        for old in left.values():
            near[where(old.anomaly)].append(old)
        for number, (anomaly, known) in enumerate(pairs):
            like = (
                old
                for old in near.get(where(anomaly), ())
                if known is None and old.anomaly_id in left and is_like(anomaly, old)
            )
            same = min(like, key=_preference, default=None)
            if same is not None:
                pairs[number] = anomaly, left.pop(same.anomaly_id)
    return pairs, list(left.values())


def _scope(anomaly: Anomaly) -> object:
    return anomaly.scope, anomaly.rolled_up, anomaly.tag


def _account(anomaly: Anomaly) -> object:
    """Return the part of a scope that no anomaly is rolled up over."""
    scope = anomaly.scope
    return scope.provider, scope.billing_account_id, scope.billing_currency


def _preference(old: Stored) -> tuple[bool, date, str]:
    return old.status == RETRACTED, old.anomaly.first_date, old.anomaly_id


def _is_same(new: Anomaly, old: Stored) -> bool:
    return _scope(new) == _scope(old.anomaly) and _overlap(new, old.anomaly)


def _is_related(new: Anomaly, old: Stored) -> bool:
    """Return whether one of them is about a part of the other; a retracted one rests.

    A rolled-up scope covers every scope that differs in the merged columns alone.
    """
    covers = _covers(new, old.anomaly) or _covers(old.anomaly, new)
    return old.status != RETRACTED and covers and _overlap(new, old.anomaly)


def _is_origin(new: Anomaly, old: Stored) -> bool:
    """Return whether one of them is the fall that the other one explains."""
    if old.status == RETRACTED or new.moved_from is None:
        return False
    fall = replace(new, scope=new.moved_from, direction="down")
    return _covers(fall, old.anomaly) and _overlap(fall, old.anomaly)


def _covers(wide: Anomaly, narrow: Anomaly) -> bool:
    return wide.tag == narrow.tag and all(
        name in wide.rolled_up
        or getattr(wide.scope, name) == getattr(narrow.scope, name)
        for name in SCOPE_COLUMNS
    )


def _overlap(new: Anomaly, old: Anomaly) -> bool:
    return (
        new.direction == old.direction
        and new.first_date <= old.last_date
        and old.first_date <= new.last_date
    )


# Where a stored anomaly is looked for, and what makes it the same; the surest first.
LIKE: tuple[
    tuple[Callable[[Anomaly], object], Callable[[Anomaly, Stored], bool]], ...
] = ((_scope, _is_same), (_account, _is_related), (_account, _is_origin))


def _touches(anomaly: Anomaly, days: tuple[date, date]) -> bool:
    return anomaly.first_date <= days[1] and days[0] <= anomaly.last_date


def _change(
    anomaly: Anomaly, old: Stored | None, detected_at: datetime
) -> Change | None:
    if old is None:
        new = Stored(anomaly.anomaly_id, 1, anomaly.status, detected_at, anomaly)
        return Change("opened", new)
    if _substance(old.anomaly) == _substance(anomaly) and old.status == anomaly.status:
        return None
    new = Stored(
        old.anomaly_id, old.revision + 1, anomaly.status, old.detected_at, anomaly
    )
    if old.status == RETRACTED:
        return Change("opened", new)
    ends = anomaly.status == RESOLVED != old.status
    return Change("resolved" if ends else "updated", new)


def _substance(anomaly: Anomaly) -> tuple[object, ...]:
    """Return what people are told; a score that moves a little is no news."""
    amounts = [
        (day.charge_date, day.actual_cost, day.expected_cost) for day in anomaly.days
    ]
    where = anomaly.scope, anomaly.rolled_up, anomaly.moved_from
    return (*where, anomaly.kind, anomaly.direction, amounts)


def _gone(old: Stored, verdict: str | None) -> Change | None:
    """Return how an anomaly ends that is not found any more."""
    if verdict == EXPECTED:
        return closed(old, verdict)
    if old.status == RETRACTED:
        return None
    return Change(RETRACTED, _next(old, RETRACTED))


def _next(old: Stored, status: str) -> Stored:
    return replace(old, revision=old.revision + 1, status=status)
