"""What Alertmanager tells becomes events that tell it once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.core.response import calls, notifications, records
from tasks.core.response.notifications import Notification
from tasks.core.response.records import Record
from tests import event_schemas
from tests.core.webhook import alert, body


def events(*alerts, **given):
    return notifications.read(body(*alerts, **given)).events


@pytest.mark.parametrize("status", ["firing", "resolved"])
def test_data_meets_its_schema(status):
    """The data of each event of an alert is what the published schema says."""
    [told] = events(alert(status))
    payload = json.loads(told.payload)
    checker = event_schemas.load()[payload["dataschema"]]
    assert payload["type"] == f"io.costwarden.alert.{status}.v1"
    assert payload["subject"] == "0123456789abcdef"
    assert list(checker.iter_errors(payload["data"])) == []
    assert list(checker.iter_errors(payload["data"] | {"more": 1}))


def test_whoever_tells_it_tells_the_same():
    """Group, receiver, text and time zone leave the event as it is."""
    [first] = events(alert())
    [again] = events(
        alert(annotations={}, startsAt="2026-03-20T07:00:00.123456+01:00"),
        alert(),
        receiver="other",
        groupKey="x",
    )
    assert again.event_id == first.event_id


def test_each_step_of_its_life_is_an_event():
    """Firing, its end, and firing anew differ, and later revisions are higher."""
    later = alert(startsAt="2026-03-21T06:00:00Z")
    told = events(alert(), alert("resolved"), later)
    assert len({one.event_id for one in told}) == 3
    revisions = [one.revision for one in told]
    assert revisions == sorted(revisions)


def test_our_own_alerts_are_not_told_again():
    """What Costwarden raised came from its events; it is dropped, or would go round."""
    ours = alert(labels={"alertname": "CostAnomaly", "generator": "costwarden"})
    assert events(ours) == []
    assert len(events(ours, alert())) == 1


def test_who_responds_understands_it():
    """The scope, and which time it fires, arrive at the other end."""
    [told] = events(alert())
    heard = records.read(Record("t/0@1", told.payload.encode()))
    call = calls.understood(heard)
    assert call.within == {"provider": "AWS"}
    assert (call.subject, call.revision) == (told.subject, told.revision)


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        (b"", "body"),
        (b"\xff", "body"),
        (b"[" * 100_000, "body"),
        (body(alert(), version="3"), "version"),
        (body(alert(status="odd")), "alerts.0.status"),
        (body(alert(fingerprint="'; --")), "alerts.0.fingerprint"),
        (body(alert(startsAt="yesterday")), "alerts.0.startsAt"),
        (body(alert(startsAt="2026-03-20T06:00:00")), "alerts.0.startsAt"),
        (body(alert(labels={})), "alerts.0.labels"),
        (body(alert(labels={"secret": 5})), "alerts.0.labels.secret"),
        (body(alert(annotations={"x": "\ud800"})), "body"),
    ],
)
def test_what_is_wrong_is_named(sent, named):
    """A body that breaks the promise is said to, by place, without its values."""
    [problem, *_] = notifications.read(sent)
    assert problem.startswith(named)
    assert "--" not in problem
    assert "odd" not in problem


@given(st.binary(max_size=300))
def test_no_bytes_raise(sent):
    """No body makes the reader fail."""
    assert not isinstance(notifications.read(sent), Notification)
