"""Anomalies told through a real Kafka are answered once, whoever dies meanwhile."""

import signal
import time
from threading import Event, Thread
from uuid import uuid4

import pytest
from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)

from tasks.core.errors import NotPermitted, SourceUnavailable, WarehouseBusy
from tasks.edge.database import journal
from tasks.edge.delivery import brokers
from tasks.edge.response import hearing
from tasks.edge.response.answers import Responded
from tests.edge.response_world import (
    IRELAND,
    build,
    copied,
    left,
    outcomes,
    told,
)
from tests.services.responders import Nursery, start
from tests.services.servers.kafka import PASSWORD, USER

pytestmark = pytest.mark.service

MOVING = (KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_LOAD_IN_PROGRESS)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A warehouse that is made once and copied for each responder."""
    folder = tmp_path_factory.mktemp("world")
    build(folder)
    return folder


def listening(world, folder, kafka, topic, **given):
    """Return settings of a copy of the world that hear of a topic."""
    sink = {"name": "kafka", "kind": "kafka", "topic": topic}
    where = {"bootstrap_servers": kafka.address} | given.pop("where", {})
    rules = {"group_id": f"group-{uuid4().hex[:8]}", "batch": 4}
    rules |= given.pop("respond", {})
    return copied(world, folder, sinks=[sink | where], respond=rules, **given)


def send(kafka, topic, *events, **options):
    """Send events as the relay does: keyed by subject; bytes as they are."""
    producer = Producer(kafka.client | options)
    if options:
        producer.init_transactions()
        producer.begin_transaction()
    for one in events:
        is_garbage = isinstance(one, bytes)
        producer.produce(
            topic,
            one if is_garbage else one.payload.encode(),
            key="garbage" if is_garbage else one.subject,
        )
    assert producer.flush(30) == 0
    return producer


def respond(settings):
    run = journal.Run(str(uuid4()), "respond")
    return hearing.respond(settings, run, lambda _line: None)


def committed(kafka, settings, partitions=1):
    """Return how far the group is, in all partitions together."""
    consumer = Consumer(kafka.client | {"group.id": settings.respond.group_id})
    topic = settings.sinks[0].topic
    asked = [TopicPartition(topic, number) for number in range(partitions)]

    def ask():
        try:
            return consumer.committed(asked, 10)
        except KafkaException as error:
            # A broker that has just started looks for its groups.
            if error.args[0].retriable() or error.args[0].code() in MOVING:
                return None
            raise

    found = wait_for(ask)
    consumer.close()
    return sum(max(one.offset, 0) for one in found)


def wait_for(ask, seconds=60):
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)
    return answer


def in_time(settings):
    """Return what came of events so far, or nothing while somebody writes."""
    try:
        return outcomes(settings)
    except WarehouseBusy:
        return []


def test_a_topic_is_answered_to_its_end(world, kafka, tmp_path):
    """Garbage, repeats, other events and ends are passed; the rest is answered once."""
    topic = kafka.new_topic(3)
    settings = listening(world, tmp_path / "w", kafka, topic)
    other = told("a")
    other = type(other)(
        "1", "x", "a", 1, other.occurred_at, other.payload.replace("anomaly.op", "x.op")
    )
    events = (told("a"), b"\xff", told("b", region=IRELAND), told("a"), other)
    send(kafka, topic, *events, told("a", 2, "updated"), told("b", 2, "resolved"))
    assert respond(settings) == Responded(7, 3, 1, 1, 1)
    assert committed(kafka, settings, 3) == 7
    began = time.monotonic()
    assert respond(settings) == Responded()
    assert time.monotonic() - began < 20
    assert sorted(outcomes(settings), key=repr)[:4] == [
        ("a", 1, "answered"),
        ("a", 2, "answered"),
        ("b", 1, "answered"),
        ("b", 2, "over"),
    ]


def test_killed_between_every_two_steps(world, kafka, tmp_path):
    """Killed with -9 before any of its steps and started again, all is as it should.

    Each revision is answered once, and the tables and manifests are those of a
    responder that nobody disturbed.
    """
    events = (told("a"), b"\xff", told("a"))

    def prepared(name):
        topic = kafka.new_topic()
        send(kafka, topic, *events)
        return listening(world, tmp_path / name, kafka, topic)

    with Nursery() as nursery:
        whole = prepared("whole")
        assert nursery.run(whole) == 0
        killed = []
        while True:
            settings = prepared(f"killed {len(killed)}")
            status = nursery.run(settings, len(killed) + 1)
            if status == 0:
                break
            assert status == -signal.SIGKILL
            killed.append(settings)
        assert len(killed) >= 14
        expected = without_places(left(whole))
        for moment, settings in enumerate(killed, start=1):
            assert nursery.run(settings) == 0
            assert without_places(left(settings)) == expected, moment
            assert committed(kafka, settings) == len(events), moment


def without_places(state):
    """Leave out of a state what differs from topic to topic."""
    tables, files = state
    rows = tables["ops.responses"]
    tables["ops.responses"] = [
        tuple("" if str(cell).startswith("topic-") else cell for cell in row)
        for row in rows
    ]
    return tables, files


def test_two_at_once_and_one_dies(world, kafka, tmp_path):
    """With two responders, one of them killed and replaced, nothing is done twice."""
    topic = kafka.new_topic(4)
    settings = listening(world, tmp_path / "w", kafka, topic)
    config = written(settings, tmp_path)
    subjects = [f"{number:02}" for number in range(12)]
    first = start(config, "--follow")
    second = start(config, "--follow")
    send(kafka, topic, *(told(subject) for subject in subjects))
    wait_for(lambda: len(in_time(settings)) >= 3)
    first.kill()
    third = start(config, "--follow")
    send(kafka, topic, *(told(subject, 2, "updated") for subject in subjects))
    send(kafka, topic, *(told(subject) for subject in subjects))
    wait_for(lambda: committed(kafka, settings, 4) == 3 * len(subjects), 90)
    for child in (second, third):
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) != -signal.SIGKILL
    for child in (first, second, third):
        child.communicate()
    assert sorted(outcomes(settings)) == sorted(
        (subject, revision, "answered") for subject in subjects for revision in (1, 2)
    )


def written(settings, folder):
    """Write settings as a file."""
    [sink] = settings.sinks
    path = folder / "settings.toml"
    path.write_text(
        f'database = "{settings.database}"\npolicies = "{settings.policies}"\n'
        f"[judge]\nresources_pct = 100\n"
        f'[respond]\ngroup_id = "{settings.respond.group_id}"\nbatch = 4\n'
        f'[[sinks]]\nname = "kafka"\nkind = "kafka"\ntopic = "{sink.topic}"\n'
        f'bootstrap_servers = "{sink.bootstrap_servers}"\n'
    )
    return path


def test_waiting_for_the_warehouse_keeps_our_place(world, kafka, tmp_path, monkeypatch):
    """While another run has its turn for longer than Kafka bears silence, we stay."""
    patient = brokers.client
    monkeypatch.setattr(
        brokers, "client", lambda sink: patient(sink) | {"max.poll.interval.ms": 10_000}
    )
    topic = kafka.new_topic(2)
    settings = listening(world, tmp_path / "w", kafka, topic)
    send(kafka, topic, told("a"), told("b", region=IRELAND))

    def held():
        with journal.turn(settings, journal.Run("1", "daily")):
            taken.set()
            time.sleep(14)

    taken = Event()
    other = Thread(target=held)
    other.start()
    taken.wait(10)
    waited = []
    run = journal.Run("2", "respond")
    assert hearing.respond(settings, run, waited.append).answered == 2
    other.join()
    assert any(line.startswith("Waiting for our turn") for line in waited)
    assert committed(kafka, settings, 2) == 2


def test_a_transaction_is_heard_once_it_is_committed(world, kafka, tmp_path):
    """What a relay has not committed, or has taken back, is not answered."""
    topic = kafka.new_topic()
    settings = listening(world, tmp_path / "w", kafka, topic)
    taken_back = send(kafka, topic, told("a"), **{"transactional.id": f"{topic} 1"})
    taken_back.abort_transaction()
    pending = send(kafka, topic, told("b"), **{"transactional.id": f"{topic} 2"})
    assert respond(settings) == Responded()
    pending.commit_transaction()
    assert respond(settings).answered == 1
    assert outcomes(settings) == [("b", 1, "answered")]


def test_a_broker_that_is_gone_is_said_and_waited_for(world, kafka, tmp_path):
    """Without a broker a run ends with a sentence; one that follows goes on after."""
    topic = kafka.new_topic()
    settings = listening(
        world, tmp_path / "w", kafka, topic, respond={"patience_seconds": 3}
    )
    follower = start(written(settings, tmp_path), "--follow")
    send(kafka, topic, told("a"))
    wait_for(lambda: committed(kafka, settings) == 1)
    kafka.kill()
    with pytest.raises(SourceUnavailable, match=f"Kafka at {kafka.address}"):
        respond(settings)
    kafka.start()
    send(kafka, topic, told("b", region=IRELAND))
    wait_for(lambda: committed(kafka, settings) == 2)
    follower.send_signal(signal.SIGTERM)
    follower.communicate(timeout=30)
    assert [subject for subject, *_ in outcomes(settings)] == ["a", "b"]


def test_who_is_not_let_in_is_told(world, kafka, tmp_path, monkeypatch):
    """A wrong password is a mistake in the settings, not a reason to wait."""
    topic = kafka.new_topic()
    send(kafka, topic, told("a"))
    tls = kafka.sasl_tls()
    where = {
        "bootstrap_servers": tls["bootstrap.servers"],
        "security_protocol": "SASL_SSL",
        "username": USER,
        "password": "env:KAFKA_PASSWORD",
        "ca_file": str(kafka.certificate),
    }
    settings = listening(world, tmp_path / "w", kafka, topic, where=where)
    monkeypatch.setenv("KAFKA_PASSWORD", "not-this-one")
    with pytest.raises(NotPermitted) as refused:
        respond(settings)
    assert "not-this-one" not in str(refused.value)
    monkeypatch.setenv("KAFKA_PASSWORD", PASSWORD)
    assert respond(settings).answered == 1
