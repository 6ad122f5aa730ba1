"""Three brokers of which one dies: what is acknowledged survives it."""

import time

import pytest

from tasks.edge.delivery import kafka as sinks
from tasks.edge.delivery import kafka_topic
from tests.services.servers.kafka import Cluster
from tests.services.servers.server import NotInstalled
from tests.services.test_kafka import World, check

pytestmark = [
    pytest.mark.service,
    pytest.mark.xdist_group("kafka"),
    pytest.mark.timeout(400),
]


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    monkeypatch.setattr(sinks, "SECONDS", 20.0)
    try:
        with Cluster(tmp_path / "cluster") as made:
            yield made
    except NotInstalled as error:
        pytest.skip(str(error))


def until_well(world, seconds=90):
    """Relay as a schedule would; return how many were delivered."""
    deadline = time.monotonic() + seconds
    count = 0
    while True:
        done = world.relay()
        count += done.delivered
        if not done.problems:
            return count
        assert time.monotonic() < deadline, done.problems


def test_one_of_three_may_die(tmp_path, cluster):
    """With one broker gone all goes on; with two gone nothing is taken, or lost."""
    from confluent_kafka.admin import ConfigResource, ResourceType

    world = World(tmp_path, cluster)
    world.tell("a", "b", "c")
    assert world.relay().delivered == 3

    admin = cluster.admin()
    made = admin.list_topics(world.topic, 30).topics[world.topic]
    assert {len(part.replicas) for part in made.partitions.values()} == {3}
    resource = ConfigResource(ResourceType.TOPIC, world.topic)
    found = admin.describe_configs([resource])[resource].result(30)
    assert found["min.insync.replicas"].value == "2"

    leaders = [part.leader for part in made.partitions.values()]
    first, second, _ = sorted(cluster.nodes, key=lambda one: -leaders.count(one.number))
    first.kill()
    world.tell("a", "b", "c", "d", revision=2)
    assert until_well(world) == 4

    second.kill()
    world.tell("a", "d", revision=3)
    assert len(world.relay().problems) == 1
    for one in (first, second):
        one.start()
    assert until_well(world) == 2
    check(world, 9)
    assert kafka_topic.look(world.sink).startswith("3 brokers")
