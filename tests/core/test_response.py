"""Which events call for an optimisation, of what, and which do not."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_lifecycle import anomaly

from tasks.core.detection.declaration import Detection
from tasks.core.events import event
from tasks.core.findings import lifecycle
from tasks.core.response import calls, choice, records
from tasks.core.response.calls import FIRING
from tasks.core.response.choice import Earlier
from tasks.core.response.records import Heard, Record, Unreadable

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
ANOMALY = "0123456789abcdef"


def told(what="opened", revision=1, **data):
    """Return the event of an anomaly, as detection writes it."""
    status = what if what in ("resolved", "retracted") else "confirmed"
    stored = lifecycle.Stored(ANOMALY, revision, status, NOW, anomaly())
    change = lifecycle.Change(what, stored)
    [first, *_] = lifecycle.event_of(change, Detection(), NOW)
    if not data:
        return first
    changed = json.loads(first.payload)["data"] | data
    return event(f"anomaly.{what}", ANOMALY, revision, NOW, changed)


def call(*args, **data):
    return calls.understood(heard(told(*args, **data)))


def heard(one):
    return records.read(Record("t/0@1", one.payload.encode()))


def alert(starts_at="2026-03-20T06:00:00.5Z", **labels):
    data = {"fingerprint": "ab", "starts_at": starts_at, "labels": labels}
    return calls.understood(Heard("t/0@1", "id", FIRING, "ab", data))


def test_both_modes_of_the_kafka_binding_say_the_same():
    """Structured and binary records of one event are one event."""
    one = told()
    whole = json.loads(one.payload)
    data = json.dumps(whole.pop("data")).encode()
    kind = ("content-type", b"application/cloudevents+json; charset=UTF-8")
    structured = records.read(Record("t/0@1", one.payload.encode(), [kind]))
    headers = [(f"ce_{name}", value.encode()) for name, value in whole.items()]
    headers.append(("content-type", b"application/json"))
    binary = records.read(Record("t/0@1", data, headers))
    assert binary == structured == heard(one)
    assert binary.event_id == one.event_id


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"\xff\xfe\x00",
        b"{",
        b"[1]",
        b"1" * 5000,
        b"[" * 100_000,
        b'{"specversion": "1.0"}',
        b'{"specversion": "0.3", "id": "1", "type": "a"}',
        b'{"specversion": "1.0", "id": 1, "type": "a"}',
        b'{"specversion": "1.0", "id": "1", "type": "a", "subject": NaN}',
        b'{"specversion": "1.0", "id": "\\ud800", "type": "a"}',
        b'{"specversion": "1.0", "id": "' + b"x" * 513 + b'", "type": "a"}',
    ],
)
def test_garbage_is_a_value(value):
    """A record that is no event is told with its place, whatever its bytes are."""
    read = records.read(Record("t/0@7", value))
    assert isinstance(read, Unreadable)
    assert read.place == "t/0@7"


@given(st.binary(max_size=200), st.lists(st.tuples(st.text(), st.binary())))
def test_no_bytes_raise(value, headers):
    """No bytes and no headers make the reader fail, or lose where they were."""
    read = records.read(Record("t/0@7", value, headers))
    assert read.place == "t/0@7"
    if isinstance(read, Heard):
        calls.understood(read)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda some: st.lists(some) | st.dictionaries(st.text(), some),
    max_leaves=5,
)


@given(
    st.sampled_from([*calls.TYPES]),
    st.sampled_from(sorted(json.loads(told().payload)["data"])),
    json_values,
)
def test_no_data_raise(event_type, key, value):
    """Whatever stands in a field, the data are understood or said to be broken."""
    data = json.loads(told().payload)["data"] | {key: value}
    found = calls.understood(Heard("t/0@7", "1", event_type, "x", data))
    assert isinstance(found, calls.Call | Unreadable)


@pytest.mark.parametrize(
    "data",
    [{"revision": "1"}, {"revision": 0}, {"status": "odd"}, {"provider": 5}],
)
def test_broken_data_are_named(data):
    """What breaks the promise of the schema is said, without what it was."""
    found = call(**data)
    assert isinstance(found, Unreadable)
    assert next(iter(data)) in found.reason
    assert "odd" not in found.reason


@pytest.mark.parametrize(
    "event_type",
    [
        "io.costwarden.recommendation.opened.v1",
        "io.costwarden.alert.resolved.v1",
        "io.costwarden.anomaly.opened.v2",
        "com.example.order.placed",
    ],
)
def test_other_types_are_not_ours(event_type):
    """A type that calls for nothing is passed over, whatever its data."""
    assert calls.understood(Heard("t/0@1", "1", event_type, "x", {})) is None


def test_rolled_up_columns_mean_all_below():
    """A column that was merged does not restrict; a null elsewhere does."""
    found = call(region_id=None, rolled_up=[]).within
    assert found["region_id"] is None
    wide = call(region_id=None, rolled_up=["region_id", "sub_account_id"]).within
    assert set(found) - set(wide) == {"region_id", "sub_account_id"}


def test_labels_are_a_scope():
    """Labels of an alert that name a part of a scope restrict; empty ones do not."""
    found = alert(provider="AWS", region_id="", alertname="High", team="web")
    assert found.within == {"provider": "AWS"}
    assert found.revision == 1_773_986_400_500_000
    assert found.anomaly_id is None


def earlier(one, outcome=choice.ANSWERED, event_id="other"):
    return Earlier(event_id, one.revision, outcome, one.substance)


def word(one, *known):
    refusal = choice.refusal(one, known)
    return refusal and refusal[0]


def test_each_revision_is_answered_once():
    """The same event, or another one of the same revision, is a repeat."""
    first = call()
    assert word(first) is None
    assert word(first, earlier(first)) == choice.REPEATED
    again = earlier(first, choice.UNCHANGED, event_id=first.event_id)
    assert word(first, again) == choice.REPEATED


def test_a_change_is_answered_and_its_repetition_is_not():
    """A revision with other amounts is answered; one that says the same is not."""
    first = earlier(call())
    assert word(call("updated", 2), first) == choice.UNCHANGED
    assert word(call("updated", 2, actual_cost="999"), first) is None
    assert word(call("opened", 3), first) is None


@pytest.mark.parametrize("what", ["resolved", "retracted"])
def test_an_end_calls_for_nothing(what):
    """What is over is not optimised, also when it was over before it was told."""
    assert word(call(what)) == choice.OVER
    assert word(call("opened", status=what)) == choice.OVER


def test_an_older_revision_is_superseded():
    """Once a later revision was heard, an older one is passed over."""
    assert word(call(), earlier(call("updated", 2))) == choice.SUPERSEDED
    ended = earlier(call("retracted", 2), choice.OVER)
    assert word(call(), ended) == choice.SUPERSEDED


def test_an_alert_that_fires_again_is_answered_again():
    """Each time that an alert begins to fire counts; one without a scope does not."""
    first = alert(provider="AWS")
    later = alert("2026-03-21T06:00:00Z", provider="AWS")
    assert word(later, earlier(first)) is None
    assert word(first, earlier(first)) == choice.REPEATED
    assert word(alert(alertname="Down")) == choice.NO_SCOPE
    ours = alert(alertname="CostwardenStageFailed", kind="pipeline", provider="AWS")
    assert choice.refusal(ours, []) == (
        choice.NO_SCOPE,
        "It is about Costwarden itself.",
    )


def test_what_waits_for_a_person_is_read_first():
    """An approval that a newer answer or the end took back is not asked for."""
    rows = [
        {"subject": subject, "outcome": outcome, "needs_approval": count}
        for subject, outcome, count in (
            ("gone", "over", None),
            ("plain", "answered", 0),
            ("renewed", "answered", 0),
            ("renewed", "answered", 3),
            ("topic 1", "unreadable", None),
            ("again", "repeated", None),
            ("again", "answered", 2),
            ("gone", "answered", 1),
        )
    ]
    needed, quiet = choice.by_need(rows)
    assert [(row["subject"], row["needs_approval"]) for row in needed] == [
        ("topic 1", None),
        ("again", 2),
        ("plain", 0),
        ("renewed", 0),
        ("renewed", 3),
        ("gone", 1),
    ]
    assert [row["outcome"] for row in quiet] == ["over", "repeated"]
