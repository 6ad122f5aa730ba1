"""Very many, very long, and at once: events that no quiet day brings."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from tasks.core.events import event
from tasks.edge.database import warehouse
from tasks.edge.delivery import kafka as sinks
from tasks.edge.delivery import letters, outbox
from tasks.edge.settings import ROOT
from tests.services.test_kafka import World, check

pytestmark = [pytest.mark.service, pytest.mark.xdist_group("kafka")]

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)


@pytest.fixture
def world(tmp_path, kafka):
    return World(tmp_path, kafka)


def tell_many(world, count, subject="a1"):
    told = [
        event("anomaly.updated", subject, number, NOW, {"revision": number})
        for number in range(1, count + 1)
    ]
    with warehouse.connect(world.database) as con, warehouse.transaction(con):
        outbox.add(con, told)


def test_ten_thousand_revisions_of_one_anomaly(world):
    """All of them are in one partition, each once and one after the other."""
    tell_many(world, 10_000)
    done = world.relay()
    assert (done.delivered, done.problems) == (10_000, [])
    records = world.records()
    assert len({record.partition() for record in records}) == 1
    revisions = [json.loads(record.value())["revision"] for record in records]
    assert revisions == list(range(1, 10_001))


def test_a_megabyte_of_somebody_else_s_text(world):
    """An event that the topic's usual bound refuses is told of, and holds up no other.

    Where the topic takes more, it is sent when it is tried again.
    """
    from confluent_kafka.admin import (
        AlterConfigOpType,
        ConfigEntry,
        ConfigResource,
        ResourceType,
    )

    [long] = world.tell("a", size=1_300_000)
    world.tell("a", "b", revision=2)
    done = world.relay()
    assert (done.delivered, done.refused, done.problems) == (1, 1, [])
    [dead] = letters.listing(world.settings, is_dead=True)
    assert dead["event_id"] == long.event_id
    assert "max.message.bytes" in dead["reasons"][0]
    wanted = ConfigEntry(
        "max.message.bytes", "4000000", incremental_operation=AlterConfigOpType.SET
    )
    topic = ConfigResource(
        ResourceType.TOPIC, world.topic, incremental_configs=[wanted]
    )
    admin = world.kafka.admin()
    admin.incremental_alter_configs([topic])[topic].result(30)
    letters.decide(world.settings, "due", None, [])
    world.relay_until(2)
    check(world, 3)


def test_a_topic_that_is_deleted_while_events_flow(world, monkeypatch):
    """What was under way is sent to the topic that is made anew, once."""
    whole = sinks.Producer.send_offsets_to_transaction

    class Unlucky(sinks.Producer):
        def produce(self, *given, **named):
            if world.topic in world.kafka.admin().list_topics(timeout=10).topics:
                world.kafka.delete_topic(world.topic)
            super().produce(*given, **named)

        def send_offsets_to_transaction(self, *given):
            whole(self, *given)

    monkeypatch.setattr(sinks, "SECONDS", 6.0)
    world.tell("a")
    world.relay_until(1)
    world.tell("b", "c", revision=2)
    with monkeypatch.context() as patched:
        patched.setattr(sinks, "Producer", Unlucky)
        assert world.relay().delivered == 0
    world.relay_until(2)
    heard = [record.key() for record in world.records()]
    assert sorted(heard) == [b"b", b"c"]


def test_several_relays_at_once(world, tmp_path):
    """Processes that start at the same time send each event once between them."""
    tell_many(world, 3_000)
    config = tmp_path / "costwarden.toml"
    config.write_text(
        f'database = "{world.database}"\n[[sinks]]\nname = "kafka"\nkind = "kafka"\n'
        f'bootstrap_servers = "{world.kafka.address}"\ntopic = "{world.topic}"\n'
    )
    command = [sys.executable, "-m", "flows.cli", "relay", "--config", str(config)]
    relays = [
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for _ in range(3)
    ]
    assert [(one.communicate()[0], one.returncode)[1] for one in relays] == [0, 0, 0]
    world.relay()
    check(world, 3_000)
