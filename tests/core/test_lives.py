"""Whatever bills do, an anomaly lives one life: one id, legal steps, no repeats."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.core.detection.declaration import Detection
from tasks.core.findings import lifecycle
from tasks.core.findings.anomalies import Anomaly, Day, Scope

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
FIRST = date(2026, 5, 1)
ALWAYS = (date(2026, 1, 1), date(2026, 12, 31))
REGIONS = ("eu-west-1", "us-east-1")

# What each change may follow; None: nothing was stored before.
BEFORE = {
    "opened": {None, "retracted"},
    "updated": {"provisional", "confirmed", "resolved"},
    "resolved": {"provisional", "confirmed"},
    "retracted": {"provisional", "confirmed", "resolved"},
}


def anomaly(first, length, status, amount, region):
    """Return an anomaly of one region, or of all where the region is None."""
    return Anomaly(
        scope=Scope("AWS", "payer", "1", "EC2", region, "usage", "USD"),
        rolled_up=() if region else ("region_id",),
        kind="spike",
        direction="up",
        detector="seasonal",
        status=status,
        days=tuple(
            Day(
                FIRST + timedelta(days=first + n),
                Decimal(amount),
                *[Decimal(100)] * 3,
                9.0,
            )
            for n in range(length)
        ),
    )


anomalies = st.builds(
    anomaly,
    first=st.integers(0, 6),
    length=st.integers(1, 6),
    status=st.sampled_from(["provisional", "confirmed", "resolved"]),
    amount=st.integers(150, 153),
    region=st.sampled_from([*REGIONS, None]),
)


@st.composite
def states(draw):
    """Draw what one run finds: runs of a scope never overlap, as days are told once."""
    drawn = draw(st.lists(anomalies, max_size=4))
    kept = []
    for one in drawn:
        overlaps = (
            one.first_date <= other.last_date and other.first_date <= one.last_date
            for other in kept
            if None in (one.scope.region_id, other.scope.region_id)
            or one.scope == other.scope
        )
        if not any(overlaps):
            kept.append(one)
    return kept


def lived(history):
    """Run over each state in turn; yield what was stored, what changed, what is now."""
    stored = {}
    for found in history:
        changes = lifecycle.changes(list(stored.values()), found, ALWAYS, NOW)
        now = stored | {change.stored.anomaly_id: change.stored for change in changes}
        yield stored, changes, now, found
        stored = now


@given(history=st.lists(states(), max_size=8))
@settings(max_examples=200)
def test_steps_are_legal_and_counted(history):
    """Each change follows from what stood before, and adds one revision."""
    for before, changes, _, _ in lived(history):
        assert len({change.stored.anomaly_id for change in changes}) == len(changes)
        for change in changes:
            old = before.get(change.stored.anomaly_id)
            assert (old.status if old else None) in BEFORE[change.what]
            assert change.stored.revision == (old.revision + 1 if old else 1)
            assert old is None or change.stored.detected_at == old.detected_at


@given(history=st.lists(states(), max_size=8))
@settings(max_examples=200)
def test_what_stands_is_what_was_found(history):
    """After a run, the anomalies that are not retracted are those that it found."""
    for _, _, now, found in lived(history):
        standing = [one for one in now.values() if one.status != "retracted"]
        told = {(one.anomaly.scope, one.anomaly.days, one.status) for one in standing}
        assert told == {(one.scope, one.days, one.status) for one in found}
        assert len(standing) == len(found)


@given(history=st.lists(states(), min_size=1, max_size=8))
@settings(max_examples=100)
def test_the_same_again_is_no_news(history):
    """A run that finds what the last one found changes nothing and tells nothing."""
    *_, (_, _, now, found) = lived(history)
    assert lifecycle.changes(list(now.values()), found, ALWAYS, NOW) == []


@given(history=st.lists(states(), max_size=8))
@settings(max_examples=100)
def test_events_have_ids_of_their_own(history):
    """No two events share an id, so a consumer that drops repeats loses nothing."""
    told = [
        event.event_id
        for _, changes, _, _ in lived(history)
        for change in changes
        for event in lifecycle.event_of(change, Detection(), NOW)
    ]
    assert len(set(told)) == len(told)


@given(
    one=anomalies.filter(lambda one: one.scope.region_id != REGIONS[1]),
    steps=st.lists(
        st.tuples(
            st.sampled_from(["grow", "earlier", "amount", "wide", "narrow"]),
            st.sampled_from(["provisional", "confirmed", "resolved"]),
        ),
        max_size=8,
    ),
)
def test_one_id_while_days_overlap(one, steps):
    """Days and regions that come and go, and amounts that change, keep the id."""
    history = [[one]]
    for step, status in steps:
        one = replace(moved(one, step), status=status)
        history.append([one])
    ids = {key for _, _, now, _ in lived(history) for key in now}
    assert len(ids) == 1


def moved(one, step):
    """Return the anomaly as a restated bill might tell it."""
    last = one.days[-1]
    match step:
        case "grow":
            later = last.charge_date + timedelta(days=1)
            return replace(one, days=(*one.days, replace(last, charge_date=later)))
        case "earlier":
            earlier = one.first_date - timedelta(days=1)
            return replace(one, days=(replace(last, charge_date=earlier), *one.days))
        case "amount":
            more = replace(last, actual_cost=last.actual_cost + 1)
            return replace(one, days=(*one.days[:-1], more))
        case "wide":
            scope = replace(one.scope, region_id=None)
            return replace(one, scope=scope, rolled_up=("region_id",))
        case _:
            scope = replace(one.scope, region_id=REGIONS[0])
            return replace(one, scope=scope, rolled_up=())
