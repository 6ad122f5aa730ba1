"""Why a transaction is lost, in whatever order the client tells of its records."""

from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException

from tasks.edge.delivery import kafka_records
from tasks.edge.delivery.kafka_records import Refused

TOO_LARGE = KafkaError.MSG_SIZE_TOO_LARGE
PURGED = KafkaError._PURGE_QUEUE
STATE = KafkaError._STATE


class Scripted:
    """A client that tells how its records ended in a given order, one by one."""

    def __init__(self, script, at_once=()):
        self.script = list(script)
        self.at_once = dict(at_once)
        self.notes = {}
        self.commits = 0

    def __len__(self):
        return len(self.script)

    def produce(self, _topic, _value, subject, on_delivery, **_named):
        if subject in self.at_once:
            raise KafkaException(KafkaError(self.at_once[subject]))
        self.notes[subject] = on_delivery

    def poll(self, _seconds):
        subject, code = self.script.pop(0)
        self.notes[subject](KafkaError(code) if code else None, None)

    def commit_transaction(self, _seconds):
        self.commits += 1
        raise KafkaException(KafkaError(KafkaError.INVALID_PRODUCER_EPOCH))


def produce(client, subjects="abc", seconds=30.0):
    events = [SimpleNamespace(event_id=one, subject=one) for one in subjects]
    records = {one: ([], b"") for one in subjects}
    kafka_records.produce(client, "topic", events, records, seconds)


@pytest.mark.parametrize(
    "client",
    [
        Scripted([("a", TOO_LARGE), ("b", PURGED), ("c", PURGED)]),
        Scripted([("b", PURGED), ("c", PURGED), ("a", TOO_LARGE)]),
        Scripted([("b", None), ("a", TOO_LARGE)], at_once={"c": STATE}),
    ],
)
def test_a_refusal_is_the_cause_whenever_it_is_told(client):
    """Records that were given up because of it may be told of first."""
    with pytest.raises(Refused) as raised:
        produce(client)
    assert raised.value.reasons.keys() == {"a"}


def test_given_up_for_another_cause():
    """The client raises the cause when it is asked to commit."""
    client = Scripted([("a", PURGED), ("b", PURGED), ("c", None)])
    with pytest.raises(KafkaException) as raised:
        produce(client)
    assert raised.value.args[0].code() == KafkaError.INVALID_PRODUCER_EPOCH
    assert client.commits == 1


def test_another_trouble_is_told_at_once():
    """Nothing is waited for once the cause is known."""
    client = Scripted([("a", KafkaError.TOPIC_AUTHORIZATION_FAILED), ("b", None)])
    with pytest.raises(KafkaException) as raised:
        produce(client)
    assert raised.value.args[0].code() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    assert len(client) == 1


def test_records_that_are_never_answered():
    """It is told that time has run out."""
    client = Scripted([("a", None)])
    client.poll = lambda _seconds: None
    with pytest.raises(KafkaException) as raised:
        produce(client, seconds=0.01)
    assert raised.value.args[0].code() == KafkaError.REQUEST_TIMED_OUT
