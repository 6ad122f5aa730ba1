"""A cluster with access lists: what a relay must be allowed, and what it says."""

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from tasks.edge.delivery import kafka as sinks
from tasks.edge.delivery import kafka_topic
from tests.services.servers.kafka import GUEST, PASSWORD
from tests.services.test_kafka import World, check

pytestmark = [pytest.mark.service, pytest.mark.xdist_group("kafka")]

WHOLE, BEGINNING = ResourcePatternType.LITERAL, ResourcePatternType.PREFIXED


def right(what, name, operation, pattern=WHOLE):
    """Return the right of the guest to do one thing."""
    allow = AclPermissionType.ALLOW
    return AclBinding(what, name, pattern, f"User:{GUEST}", "*", operation, allow)


def rights(topic):
    """Return the rights that docs/events.md names, by what they are about."""
    batch = ResourceType.TRANSACTIONAL_ID
    return {
        "topic": [
            right(ResourceType.TOPIC, topic, AclOperation.WRITE),
            right(ResourceType.TOPIC, topic, AclOperation.READ),
            right(ResourceType.TOPIC, topic, AclOperation.DESCRIBE),
        ],
        "create": [right(ResourceType.TOPIC, topic, AclOperation.CREATE)],
        "transactional": [
            right(batch, "costwarden-", AclOperation.WRITE, BEGINNING),
            right(batch, "costwarden-", AclOperation.DESCRIBE, BEGINNING),
        ],
        "group": [
            right(ResourceType.GROUP, "costwarden-", AclOperation.READ, BEGINNING)
        ],
    }


@pytest.fixture
def guest(tmp_path, kafka, monkeypatch):
    """A world whose sink logs in as somebody without any right."""
    monkeypatch.setenv("KAFKA_PASSWORD", PASSWORD)
    monkeypatch.setattr(sinks, "SECONDS", 10.0)
    monkeypatch.setattr(kafka_topic, "SECONDS", 10.0)
    login = {
        "bootstrap_servers": kafka.sasl()["bootstrap.servers"],
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "username": GUEST,
        "password": "env:KAFKA_PASSWORD",
    }
    yield World(tmp_path, kafka, **login)
    everything = AclBindingFilter(
        ResourceType.ANY,
        None,
        ResourcePatternType.ANY,
        f"User:{GUEST}",
        None,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )
    admin = kafka.admin()
    [gone] = admin.delete_acls([everything]).values()
    gone.result(30)


def allow(world, *names):
    """Give the guest these rights, and wait until the broker knows."""
    wanted = [one for name in names for one in rights(world.topic)[name]]
    admin = world.kafka.admin()
    for made in admin.create_acls(wanted).values():
        made.result(30)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("topic", "we may not do this with the topic"),
        ("transactional", "we may not use our transactional id"),
        ("group", "we may not commit as our group"),
    ],
)
def test_a_right_that_is_missing_is_named(guest, missing, said):
    """The sentence says which, nothing is sent, and with it all arrives once."""
    guest.tell("a", "b")
    allow(guest, *(rights(guest.topic).keys() - {missing}))
    [problem] = guest.relay().problems
    assert said in problem
    assert PASSWORD not in problem
    allow(guest, missing)
    guest.relay_until(2)
    check(guest, 2)


def test_a_topic_that_may_not_be_made(guest):
    """Who may write but not make the topic is told so; one that is there will do."""
    guest.tell("a")
    allow(guest, "topic", "transactional", "group")
    [problem] = guest.relay().problems
    assert "we may not do this with the topic" in problem
    admin = guest.kafka.admin()
    wanted = [kafka_topic.NewTopic(guest.topic, 1, 1)]
    admin.create_topics(wanted, operation_timeout=30)[guest.topic].result(30)
    guest.relay_until(1)
    check(guest, 1)


def test_a_right_that_is_taken_away_between_batches(guest):
    """What was sent stays; the rest waits, and is sent when the right is back."""
    allow(guest, *rights(guest.topic))
    guest.tell("a")
    guest.relay_until(1)
    [topic_right] = [
        one
        for one in rights(guest.topic)["topic"]
        if one.operation == AclOperation.WRITE
    ]
    asked = AclBindingFilter(
        topic_right.restype,
        topic_right.name,
        topic_right.resource_pattern_type,
        topic_right.principal,
        topic_right.host,
        topic_right.operation,
        topic_right.permission_type,
    )
    admin = guest.kafka.admin()
    [gone] = admin.delete_acls([asked]).values()
    gone.result(30)
    guest.tell("a", "b", revision=2)
    [problem] = guest.relay().problems
    assert "we may not do this with the topic" in problem
    allow(guest, "topic")
    guest.relay_until(2)
    check(guest, 3)
