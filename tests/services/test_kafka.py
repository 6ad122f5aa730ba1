"""The Kafka sink against a real broker."""

import json
import os
from collections import Counter, defaultdict
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tasks.core.events import event
from tasks.edge.database import warehouse
from tasks.edge.delivery import kafka as sinks
from tasks.edge.delivery import kafka_topic, ledger, outbox
from tasks.edge.delivery.declaration import Kafka
from tasks.edge.delivery.relay import relay
from tasks.edge.settings import Settings
from tests import dying
from tests.services.servers.kafka import PASSWORD, USER

pytestmark = [pytest.mark.service, pytest.mark.xdist_group("kafka")]

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)


class World:
    """A warehouse whose only sink is a topic of its own."""

    def __init__(self, folder, kafka, **declared):
        """Name the topic; it is made by the relay."""
        self.database = str(folder / "w.duckdb")
        self.kafka = kafka
        self.topic = declared.pop("topic", f"topic-{uuid4().hex[:12]}")
        declared = {"bootstrap_servers": kafka.address} | declared
        self.sink = Kafka(name="kafka", kind="kafka", topic=self.topic, **declared)
        self.settings = Settings(database=self.database, sinks=(self.sink,))

    def tell(self, *subjects, revision=1, size=10):
        data = {"text": os.urandom(size // 2).hex()}
        told = [event("anomaly.opened", one, revision, NOW, data) for one in subjects]
        with warehouse.connect(self.database) as con:
            outbox.add(con, told)
        return told

    def relay(self):
        return relay(self.settings, is_patient=False)

    def relay_until(self, count):
        """Try again as a schedule would: a broker that is up may not be ready yet."""
        tries = (self.relay().delivered for _ in range(10))
        assert count in tries

    def ask(self, query):
        with warehouse.connect(self.database) as con:
            return con.execute(query).fetchall()

    def records(self):
        """Return what a consumer gets that starts at the earliest offset."""
        return list(consumed(self.kafka, self.topic))

    def heard(self):
        return [dict(record.headers())["ce_id"].decode() for record in self.records()]


def consumed(kafka, topic):
    """Yield all records of a topic that were committed, in the order of each part."""
    from confluent_kafka import Consumer, KafkaError, TopicPartition

    consumer = Consumer(
        kafka.client
        | {
            "group.id": "reader",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    try:
        parts = consumer.list_topics(topic, 30).topics[topic].partitions
        consumer.assign([TopicPartition(topic, part, 0) for part in parts])
        left = set(parts)
        while left:
            record = consumer.poll(30)
            assert record is not None, "the broker says nothing"
            if record.error() is None:
                yield record
            else:
                assert record.error().code() == KafkaError._PARTITION_EOF
                left.discard(record.partition())
    finally:
        consumer.close()


@pytest.fixture
def world(tmp_path, kafka):
    return World(tmp_path, kafka)


@pytest.fixture
def hasty(monkeypatch):
    """Give up sooner than people would want it."""
    monkeypatch.setattr(sinks, "SECONDS", 4.0)
    monkeypatch.setattr(kafka_topic, "SECONDS", 4.0)
    monkeypatch.setattr(kafka_topic, "REACH_SECONDS", 3.0)


def test_a_foreign_reader_understands(world):
    """Each record is one event in the binary mode of the CloudEvents binding."""
    from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
    from cloudevents.core.formats.json import JSONFormat

    [told] = world.tell("a1")
    assert world.relay().delivered == 1
    [record] = world.records()
    assert record.key() == b"a1"
    message = KafkaMessage(dict(record.headers()), record.key(), record.value())
    read = from_binary(message, JSONFormat())
    assert (read.get_id(), read.get_type()) == (told.event_id, told.event_type)
    assert (read.get_subject(), read.get_time()) == ("a1", NOW)
    assert read.get_data() == json.loads(told.payload)["data"]
    assert read.get_datacontenttype() == "application/json"


def test_the_topic_is_made_to_keep_everything(world):
    """A missing topic is made, with partitions, and never forgets an event."""
    from confluent_kafka.admin import ConfigResource, ResourceType

    world.tell("a")
    world.relay()
    admin = world.kafka.admin()
    made = admin.list_topics(world.topic, 30).topics[world.topic]
    assert len(made.partitions) == kafka_topic.PARTITIONS
    resource = ConfigResource(ResourceType.TOPIC, world.topic)
    found = admin.describe_configs([resource])[resource].result(30)
    assert {name: found[name].value for name in kafka_topic.SETTINGS} == dict(
        kafka_topic.SETTINGS
    )


def test_the_doctor_looks(world):
    """It says whether brokers answer, and whether the topic is there; it makes none."""
    from tasks.edge.reporting import doctor

    [before] = doctor._sinks(world.settings)
    world.tell("a")
    world.relay()
    [after] = doctor._sinks(world.settings)
    assert (before.state, after.state) == ("ok", "ok")
    assert (before.detail[-12:], after.detail[-8:]) == ("will be made", "is there")


def test_delivered_once_and_in_order_of_each_subject(world, monkeypatch):
    """In many batches each event arrives once; a subject's stay in order."""
    monkeypatch.setattr(ledger, "LARGEST_EVENTS", 7)
    for revision in range(1, 6):
        world.tell(*(f"s{n}" for n in range(10)), revision=revision)
    assert world.relay().delivered == 50
    assert world.relay().delivered == 0
    check(world, 50)


def check(world, expected):
    """Compare what a consumer gets with the outbox: nothing lost, doubled or mixed."""
    told = dict(world.ask("SELECT event_id, revision FROM ops.events"))
    records = world.records()
    ids = [dict(record.headers())["ce_id"].decode() for record in records]
    assert [one for one, count in Counter(ids).items() if count > 1] == []
    assert len(told) == expected
    assert set(told) - set(ids) == set()
    heard = defaultdict(list)
    for event_id, record in zip(ids, records, strict=True):
        heard[record.key()].append(told[event_id])
    assert all(revisions == sorted(revisions) for revisions in heard.values())


@pytest.mark.parametrize("knows_bound", [True, False])
def test_too_large_an_event_holds_back_its_subject_alone(
    tmp_path, kafka, monkeypatch, knows_bound
):
    """It is a dead letter with its reason; the others of the batch go on."""
    topic = kafka.new_topic(partitions=2, max_message_bytes="20000")
    world = World(tmp_path, kafka, topic=topic)
    if not knows_bound:  # as where we may not read the topic's settings
        monkeypatch.setattr(kafka_topic, "_longest", lambda *_: 1_000_000)
    world.tell("a", "b")
    [bad] = world.tell("a", revision=2, size=30_000)
    world.tell("a", "c", revision=3)
    done = world.relay()
    assert (done.delivered, done.refused, done.problems) == (3, 1, [])
    assert sorted(record.key() for record in world.records()) == [b"a", b"b", b"c"]
    [(event_id, reason)] = world.ask("SELECT event_id, reason FROM ops.dead_letters")
    assert event_id == bad.event_id
    assert "max.message.bytes" in reason


def test_an_event_of_any_size_is_either_sent_or_refused(tmp_path, kafka):
    """About the bound of the topic nothing comes to a halt."""
    topic = kafka.new_topic(max_message_bytes="5000")
    world = World(tmp_path, kafka, topic=topic)
    for size in range(4000, 5200, 100):
        world.tell(f"s{size}", size=size)
    done = world.relay()
    assert done.problems == []
    assert done.delivered + done.refused == 12
    assert min(done.delivered, done.refused) > 2
    assert len(world.heard()) == done.delivered


@pytest.mark.usefixtures("hasty")
def test_a_wrong_password_is_said(tmp_path, kafka, monkeypatch):
    """The sentence says what is wrong and where to look, and not the password."""
    monkeypatch.setenv("KAFKA_PASSWORD", "wrong-and-secret")
    server = kafka.sasl()["bootstrap.servers"]
    login = {
        "bootstrap_servers": server,
        "security_protocol": "SASL_PLAINTEXT",
        "username": USER,
        "password": "env:KAFKA_PASSWORD",
    }
    world = World(tmp_path, kafka, **login)
    world.tell("a")
    [problem] = world.relay().problems
    assert "the user or the password is wrong" in problem
    assert server in problem
    assert "wrong-and-secret" not in problem
    monkeypatch.setenv("KAFKA_PASSWORD", PASSWORD)
    assert world.relay().delivered == 1


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_tls_and_login(tmp_path, kafka, monkeypatch, mechanism):
    """The sink logs in by each mechanism, within TLS whose certificate it checks."""
    monkeypatch.setenv("KAFKA_PASSWORD", PASSWORD)
    safe = {
        "bootstrap_servers": kafka.sasl_tls()["bootstrap.servers"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": mechanism,
        "username": USER,
        "password": "env:KAFKA_PASSWORD",
    }
    world = World(tmp_path, kafka, **safe, ca_file=str(kafka.certificate))
    world.tell("a")
    assert world.relay().delivered == 1
    stranger = World(tmp_path, kafka, **safe)
    stranger.tell("b")
    [problem] = stranger.relay().problems
    assert "certificate" in problem


@pytest.mark.usefixtures("hasty")
def test_an_unknown_host_is_said(tmp_path, kafka):
    """The sentence names the host."""
    world = World(tmp_path, kafka, bootstrap_servers="no-such-host.invalid:9092")
    world.tell("a")
    [problem] = world.relay().problems
    assert "no such host" in problem
    assert "no-such-host.invalid" in problem


@pytest.mark.usefixtures("hasty")
def test_a_broker_that_hangs_or_is_gone(world):
    """It takes nothing for a while; after that everything is there once."""
    for revision, (harm, heal) in enumerate(
        [
            (world.kafka.pause, world.kafka.resume),
            (world.kafka.kill, world.kafka.start),
            (world.kafka.stop, world.kafka.start),
        ],
        start=1,
    ):
        world.tell("a", "b", revision=revision)
        harm()
        assert len(world.relay().problems) == 1
        heal()
        world.relay_until(2)
    check(world, 6)


@pytest.mark.usefixtures("hasty")
def test_a_broker_that_hangs_before_the_commit(world, monkeypatch):
    """Whether a batch arrived is asked afterwards, not guessed."""
    whole = sinks.Producer.send_offsets_to_transaction

    class Hung(sinks.Producer):
        def send_offsets_to_transaction(self, *given):
            whole(self, *given)
            world.kafka.pause()

    world.tell("a", "b")
    with monkeypatch.context() as patched:
        patched.setattr(sinks, "Producer", Hung)
        [problem] = world.relay().problems
    assert world.topic in problem
    world.kafka.resume()
    world.relay_until(2)
    check(world, 2)


def test_a_relay_that_comes_back_is_shut_out(world):
    """One that was held up while another took over can send nothing any more."""
    world.tell("a")
    [told] = world.tell("b")
    with warehouse.connect(world.database) as con:
        relay_id = ledger.standing(con, "kafka").relay_id
        batch = ledger.claim(con, "kafka", "", NOW)
    with sinks.KafkaSink(world.sink, relay_id) as old:
        assert world.relay().delivered == 2
        with pytest.raises(sinks.CostwardenError):
            old.send(batch)
    assert world.heard().count(told.event_id) == 1


KILLED = """
import sys
from confluent_kafka import Producer
from tasks.edge.delivery import kafka, ledger, relay as relaying
from tasks.edge.settings import Settings
from tests.dying import after, before, die

settings, step = Settings.model_validate_json(sys.argv[1]), sys.argv[2]
ledger.LARGEST_EVENTS = 4

class Dying(Producer):
    def produce(self, *given, **named):
        super().produce(*given, **named)
        if step == "half produced":
            self.flush(10)
            die()
    def send_offsets_to_transaction(self, *given):
        if step == "produced":
            die()
        super().send_offsets_to_transaction(*given)
    def commit_transaction(self, *given):
        if step == "before commit":
            die()
        super().commit_transaction(*given)
        if step == "committed":
            die()

kafka.Producer = Dying
steps = {
    "in claim": lambda: after(ledger, "claim"),
    "before entering": lambda: before(kafka.KafkaSink, "__enter__"),
    "before send": lambda: before(kafka.KafkaSink, "send"),
    "sent": lambda: after(kafka.KafkaSink, "send"),
    "in settle": lambda: after(ledger, "settle"),
    "settled": lambda: after(relaying, "_next"),
}
steps.get(step, lambda: None)()
print(relaying.relay(settings, is_patient=False).problems)
"""

STEPS = [
    "in claim",
    "before entering",
    "before send",
    "half produced",
    "produced",
    "before commit",
    "committed",
    "sent",
    "in settle",
    "settled",
]


def killed_at(world, step):
    dying.killed(KILLED, world.settings.model_dump_json(), step)


@pytest.mark.parametrize("step", STEPS)
def test_killed_between_any_two_steps(world, step):
    """Whenever the relay is killed, a consumer sees each event once and in order."""
    for revision in (1, 2, 3):
        world.tell("a", "b", revision=revision)
    killed_at(world, step)
    assert world.relay().problems == []
    check(world, 6)
