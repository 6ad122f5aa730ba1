"""Events as others read them."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from test_lifecycle import anomaly

from tasks.core.detection.declaration import Detection
from tasks.core.events import event
from tasks.core.findings import lifecycle
from tests import event_schemas

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)


def told(what="opened"):
    stored = lifecycle.Stored("0123456789abcdef", 1, "confirmed", NOW, anomaly())
    [first, *_] = lifecycle.event_of(lifecycle.Change(what, stored), Detection(), NOW)
    return first


def test_a_foreign_reader_understands():
    """The CloudEvents SDK reads every attribute and the data."""
    from cloudevents.core.formats.json import JSONFormat
    from cloudevents.core.v1.event import CloudEvent

    read = JSONFormat().read(CloudEvent, told().payload)
    assert read.get_type() == "io.costwarden.anomaly.opened.v1"
    assert read.get_source() == "/costwarden/anomaly"
    assert read.get_subject() == "0123456789abcdef"
    assert read.get_time() == NOW
    assert read.get_dataschema() == "urn:costwarden:event:anomaly.v1"
    assert read.get_data()["impact"] == "150"


@pytest.mark.parametrize("what", lifecycle.WHAT)
def test_data_meets_its_schema(what):
    """The data of each event of an anomaly is what the published schema says."""
    payload = json.loads(told(what).payload)
    schemas = event_schemas.load()
    event_schemas.check(schemas, json.dumps(payload))
    checker = schemas[payload["dataschema"]]
    assert list(checker.iter_errors(payload["data"] | {"impact": 1.5}))
    assert list(checker.iter_errors(payload["data"] | {"unheard_of": 1}))


def test_the_id_is_what_is_told():
    """Type, subject and revision make the id; time and data do not."""
    one = event("a.b", "s", 1, NOW, {"x": 1})
    assert one.event_id == event("a.b", "s", 1, NOW.replace(day=21), {}).event_id
    others = [event("a.c", "s", 1, NOW, {}), event("a.b", "s", 2, NOW, {})]
    assert one.event_id not in {other.event_id for other in others}


def test_money_and_dates_survive():
    """Decimals keep every digit, dates are ISO 8601."""
    amount = Decimal("0.000000000000000001")
    payload = json.loads(
        event("a.b", "s", 1, NOW, {"m": amount, "d": date(2026, 3, 5)}).payload
    )
    assert payload["data"] == {"m": "0.000000000000000001", "d": "2026-03-05"}
    assert payload["time"] == "2026-03-20T06:00:00Z"


def test_only_what_json_knows():
    """Anything else is refused instead of being written somehow."""
    with pytest.raises(TypeError, match="set"):
        event("a.b", "s", 1, NOW, {"x": {1}})
