"""What may befall a topic, its broker's disk, or the warehouse behind it."""

import resource
import shutil

import pytest

from tasks.edge.delivery import kafka as sinks
from tasks.edge.delivery import kafka_topic, letters
from tests.services.servers.kafka import Kafka
from tests.services.test_kafka import World, check

pytestmark = [pytest.mark.service, pytest.mark.xdist_group("kafka")]


@pytest.fixture
def world(tmp_path, kafka):
    return World(tmp_path, kafka)


def test_the_doctor_says_what_a_topic_forgets(tmp_path, kafka):
    """A topic that somebody else made may let events go; the doctor names how."""
    topic = kafka.new_topic(retention_ms="3600000", retention_bytes="-1")
    looked = kafka_topic.look(World(tmp_path, kafka, topic=topic).sink)
    assert looked.endswith("it forgets events by retention.ms=3600000")


def test_an_older_warehouse_says_that_it_repeats(world):
    """Restored from a backup it sends again what it forgot it sent, and says so."""
    world.tell("a")
    world.relay()
    backup = shutil.copy(world.database, f"{world.database}.backup")
    world.tell("b")
    assert world.relay().remarks == []
    shutil.copy(backup, world.database)
    told = world.tell("b") + world.tell("c")
    done = world.relay()
    assert done.delivered == 2
    [remark] = done.remarks
    assert "an older copy" in remark
    heard = world.heard()
    assert [heard.count(one.event_id) for one in told] == [2, 1]
    world.tell("d")
    assert world.relay().remarks == []


def test_a_topic_that_was_made_anew_is_told_of(world):
    """What went to a topic that is gone is not sent again by itself, but told of."""
    world.tell("a")
    world.relay()
    world.kafka.delete_topic(world.topic)
    world.tell("b")
    done = world.relay()
    [remark] = done.remarks
    assert "events replay" in remark
    assert letters.replay(world.settings, "kafka", subject="a") == 1
    assert world.relay().delivered == 1
    check(world, 2)


class Full(Kafka):
    """A broker of its own, whose disk a test fills."""

    def fill_disk(self):
        """Let no file grow beyond what the broker has made so far."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (11 << 20, 11 << 20))


@pytest.mark.usefixtures("kafka")
def test_a_full_disk_loses_and_doubles_nothing(tmp_path, monkeypatch):
    """A broker that cannot write takes nothing; with room again all is there once."""
    monkeypatch.setattr(sinks, "SECONDS", 4.0)
    with Full(tmp_path / "kafka", secure=False) as full:
        world = World(tmp_path, full)
        world.tell("a", "b")
        world.relay_until(2)
        full.fill_disk()
        for revision in range(2, 20):
            world.tell("a", revision=revision, size=900_000)
        assert len(world.relay().problems) == 1
        assert "File too large" in full.log.read_text()
        full.kill()
        full.start()
        world.relay_until(18)
        check(world, 20)
