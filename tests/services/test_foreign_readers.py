"""Events as SDKs for CloudEvents read them that are not ours: both of their APIs."""

import json

import pytest
from cloudevents.core.bindings import kafka as newer
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from cloudevents.v1 import kafka as older
from cloudevents.v1.http import from_json

from tasks.edge.delivery.declaration import JsonLines
from tasks.edge.delivery.relay import relay
from tests.edge import alert_world
from tests.edge.alert_world import anomaly
from tests.services.test_kafka import consumed
from tests.services.test_rebuild import declared

pytestmark = [pytest.mark.service, pytest.mark.xdist_group("kafka")]

NAMES = {"service": "Amazon \u4e2d\u6587 \U0001f4b8", "region_id": None}


@pytest.fixture
def told(tmp_path, kafka):
    """Return each event of the outbox, of the topic and of the file."""
    kafka.topic = kafka.new_topic()
    file = JsonLines(name="file", path=str(tmp_path / "events.jsonl"))
    world = alert_world.World(tmp_path, declared(kafka), file)
    world.find(anomaly(), anomaly(**NAMES))
    world.find(anomaly(days=2))
    done = relay(world.settings, is_patient=False)
    assert (done.problems, done.by_sink) == ([], {"kafka": 4, "file": 4})
    outbox = [
        json.loads(one) for (one,) in world.rows("SELECT payload FROM ops.events")
    ]
    lines = (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return outbox, list(consumed(kafka, kafka.topic)), lines


def attributes(event):
    """Return what the newer API read, under the names of the specification."""
    return event.get_attributes() | {
        "time": event.get_time().isoformat().replace("+00:00", "Z"),
        "data": event.get_data(),
    }


def test_the_topic_in_binary_mode(told):
    """Both APIs read each record by the Kafka binding, and find what was written."""
    outbox, records, _ = told
    assert len(outbox) == len(records) == 4
    by_id = {one["id"]: one for one in outbox}
    for record in records:
        headers, key, value = dict(record.headers()), record.key(), record.value()
        new = newer.from_binary(newer.KafkaMessage(headers, key, value), JSONFormat())
        # The binding names the record's key by an extension.
        found = attributes(new)
        assert found.pop("partitionkey") == found["subject"]
        assert found == by_id[new.get_id()]
        old = older.from_binary(
            older.KafkaMessage(headers=headers, key=key, value=value)
        )
        wanted = dict(by_id[old["id"]])
        assert old.get_data() == wanted.pop("data")
        found = old.get_attributes()
        assert {name: found[name] for name in wanted} == wanted


def test_the_file_in_structured_mode(told):
    """Both APIs read each line in the JSON format, by itself and as a record."""
    outbox, _, lines = told
    for wanted, line in zip(outbox, lines, strict=True):
        assert attributes(JSONFormat().read(CloudEvent, line)) == wanted
        old = from_json(line)
        assert old.get_attributes() | {"data": old.get_data()} == wanted
        headers = {"content-type": b"application/cloudevents+json"}
        message = newer.KafkaMessage(headers, None, line.encode())
        assert attributes(newer.from_structured(message, JSONFormat())) == wanted
        old = older.from_structured(
            older.KafkaMessage(headers=headers, key=None, value=line.encode())
        )
        found = old.get_attributes() | {"data": old.get_data()}
        # It takes the record's type for that of the data.
        assert found == wanted | {"datacontenttype": "application/cloudevents+json"}
