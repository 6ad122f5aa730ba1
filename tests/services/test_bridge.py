"""A real Alertmanager tells the bridge, and a real Kafka has its alerts as events."""

import json
import ssl
import sys
import time
import tomllib
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import jsonschema
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from confluent_kafka import Consumer, TopicPartition

from tasks.core.figures import health
from tasks.core.figures.health import Gauge
from tasks.edge.database import journal
from tasks.edge.response import hearing
from tasks.edge.settings import DEPLOYMENTS, ROOT
from tests.core.webhook import alert, body
from tests.edge.response_world import VIRGINIA, build, outcomes
from tests.services.servers.web import WebServer

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]

SECRET = "open-sesame"  # noqa: S105 - of a server on loopback
BEARER = {"authorization": f"Bearer {SECRET}"}
SCHEMA = json.loads((ROOT / "deployments/events/alert.v1.schema.json").read_text())
ALERTMANAGER = """\
route:
  receiver: bridge
  group_by: ["..."]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1s
receivers:
  - name: bridge
    webhook_configs:
      - url: {url}/alertmanager
        http_config:
          authorization: {{credentials_file: {secret}}}
"""


class Bridge(WebServer):
    """``costwarden bridge`` over a topic."""

    name = "bridge"
    health = "/-/healthy"

    def __init__(self, folder, kafka, topic, more=""):
        super().__init__(folder)
        self.settings = f"""\
database = "{folder / "w.duckdb"}"
[bridge]
token = "file:{self.secret}"
username = "am"
password = "file:{self.secret}"
timeout_seconds = 6
{more}
[[sinks]]
name = "kafka"
kind = "kafka"
topic = "{topic}"
bootstrap_servers = "{kafka.address}"
"""

    @property
    def secret(self):
        return self.folder / "secret"

    def prepare(self):
        self.secret.write_text(f"{SECRET}\n")
        (self.folder / "settings.toml").write_text(self.settings)

    def command(self):
        return [
            *("env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "flows.cli", "bridge"),
            *("--listen", self.address),
            *("--config", str(self.folder / "settings.toml")),
        ]


@pytest.fixture
def topic():
    return f"topic-{uuid4().hex[:12]}"


@pytest.fixture
def bridge(kafka, topic, tmp_path):
    with Bridge(tmp_path / "bridge", kafka, topic) as server:
        yield server


@pytest.fixture
def told(alertmanager, bridge):
    """An Alertmanager that tells the bridge of everything, again and again."""
    text = ALERTMANAGER.format(url=bridge.url, secret=bridge.secret)
    alertmanager.configure(text)
    return alertmanager


@pytest.fixture
def records(kafka, topic):
    """Return all records of the topic so far, as a consumer gets them."""

    def ask():
        reader = {"group.id": "reader", "enable.partition.eof": True, "log_level": 0}
        consumer = Consumer(kafka.client | reader)
        left = set(consumer.list_topics(topic, 10).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, part, 0) for part in left])
        found = []
        while left:
            for one in consumer.consume(1000, 0.5):
                if one.error() is None:
                    found.append(one)
                else:
                    left.discard(one.partition())
        consumer.close()
        return found

    return ask


def events(records):
    """Read records with the SDK of CloudEvents."""
    return [
        from_kafka_event(KafkaMessage(dict(one.headers()), one.key(), one.value()))
        for one in records
    ]


def wait_for(ask, seconds=60):
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)
    return answer


def fire(alertmanager, name="High", **labels):
    told = {"labels": {"alertname": name, "severity": "warning"} | labels}
    alertmanager.post("/api/v2/alerts", json=[told])


def test_an_alert_is_an_event_that_is_answered(told, bridge, records, tmp_path):
    """What vmalert or anybody raised is told once, and its scope is optimised once.

    Alertmanager tells it each second, and the bridge is killed in between.
    """
    settings = build(tmp_path, sinks=tomllib.loads(bridge.settings)["sinks"])
    fire(told, provider="AWS", region_id=VIRGINIA)
    fire(told, "CostAnomaly", generator="costwarden", provider="AWS")
    wait_for(lambda: bridge.log.read_text().count("took 1 alerts, 0 ours, 0 new") > 2)
    [record] = records()
    [event] = events([record])
    assert event.get_type() == "io.costwarden.alert.firing.v1"
    assert event.get_subject() == record.key().decode()
    data = event.get_data()
    assert data["labels"]["region_id"] == VIRGINIA
    checker = jsonschema.Draft202012Validator(SCHEMA)
    assert list(checker.iter_errors(data)) == []
    bridge.kill()
    bridge.start()
    wait_for(lambda: len(records()) > 1)
    assert len({one.get_id() for one in events(records())}) == 1
    run = journal.Run("1", "respond")
    assert hearing.respond(settings, run, lambda _line: None).answered == 1
    [(subject, _, outcome), *_] = outcomes(settings)
    assert (subject, outcome) == (event.get_subject(), "answered")


@pytest.mark.usefixtures("told")
def test_an_alert_about_ourselves_is_written_down(bridge, vmalert, tmp_path):
    """The pipeline's own trouble goes all the way round, and calls for nothing.

    From a gauge that a relay sends over vmalert, Alertmanager, the bridge and Kafka.
    """
    settings = build(tmp_path, sinks=tomllib.loads(bridge.settings)["sinks"])
    gauge = Gauge("stage_failed", (("flow", "daily"), ("stage", "detect")), 1.0)
    line = health.line(gauge, datetime.now(UTC), {})
    vmalert.metrics.post("/api/v1/import", content=line)
    vmalert.metrics.flush()
    rules = DEPLOYMENTS / "victoriametrics" / "rules" / "health.yml"
    vmalert.write_rules(rules.read_text().replace("interval: 5m", "interval: 1s"))
    run = journal.Run("1", "respond")
    done = wait_for(lambda: sum_of(hearing.respond(settings, run, lambda _line: None)))
    assert (done.refused, done.answered, done.unreadable) == (1, 0, 0)
    [(_, _, outcome)] = outcomes(settings)
    assert outcome == "no_scope"
    assert hearing.respond(settings, run, lambda _line: None).heard == 0


def sum_of(done):
    """Return what was heard, if anything."""
    return done if done.heard else None


def test_its_end_is_told(told, records):
    """An alert that ends is an event of its own, about the same subject."""
    fire(told, provider="AWS")
    wait_for(records)
    ended = {
        "labels": {"alertname": "High", "severity": "warning", "provider": "AWS"},
        "endsAt": "2026-01-01T00:00:00Z",
    }
    told.post("/api/v2/alerts", json=[ended | {"startsAt": "2025-12-31T00:00:00Z"}])
    found = wait_for(lambda: events(records())[1:])
    assert found[0].get_type() == "io.costwarden.alert.resolved.v1"
    assert found[0].get_data()["ends_at"]


def test_a_broker_that_is_gone_is_waited_for(kafka, told, bridge, records):
    """While Kafka is down nothing is taken; Alertmanager tries until it is."""
    fire(told, "Before", provider="AWS")
    wait_for(records)
    kafka.kill()
    fire(told, "Meanwhile", provider="AWS")
    wait_for(lambda: "not delivered, to be sent again" in bridge.log.read_text())
    assert httpx.get(f"{bridge.url}/-/ready", timeout=10).status_code == 503
    kafka.start()
    found = wait_for(
        lambda: [
            one
            for one in events(records())
            if one.get_data()["alertname"] == "Meanwhile"
        ]
    )
    assert len({one.get_id() for one in found}) == 1
    assert httpx.get(f"{bridge.url}/-/ready", timeout=10).status_code == 200


def test_one_that_is_too_large_holds_up_no_other(bridge, records):
    """Kafka has all others of a notification, once, and the answer says 413."""
    url = f"{bridge.url}/alertmanager"
    alerts = [alert(fingerprint=f"{number:x}") for number in range(3000)]
    large = {"alertname": "High", "service_name": "x" * 1_200_000}
    told = body(*alerts, alert(fingerprint="abcdef", labels=large))
    for _ in range(2):
        answer = httpx.post(url, content=told, headers=BEARER, timeout=60)
        assert answer.status_code == 413, answer.text
        assert "1 of 3001 alerts" in answer.text
    assert len(records()) == 3000
    whole = httpx.post(url, content=body(*alerts), headers=BEARER, timeout=60)
    assert whole.status_code == 200, whole.text


def test_strangers_are_refused(bridge, records):
    """A wrong token or none is 401; either way of saying who one is will do."""
    url = f"{bridge.url}/alertmanager"

    def status(**given):
        return httpx.post(url, content=body(alert()), timeout=30, **given).status_code

    assert status() == 401
    assert status(headers={"authorization": "Bearer wrong"}) == 401
    assert status(auth=("am", "wrong")) == 401
    assert status(headers=BEARER) == 200
    assert status(auth=("am", SECRET)) == 200
    assert len(records()) == 1
    assert SECRET not in bridge.log.read_text()
    assert "AWS" not in bridge.log.read_text()


def test_it_speaks_tls(kafka, topic, tmp_path):
    """With a certificate, what is sent is not in the clear."""
    key = kafka.folder / "key.pem"
    more = f'certificate = "{kafka.certificate}"\nkey = "{key}"'

    class Secured(Bridge):
        @property
        def url(self):
            return f"https://{self.address}"

        def answers(self):
            try:
                return self.ask("get", "/-/healthy").is_success
            except httpx.TransportError:
                return False

        def ask(self, method, path, **given):
            trusted = ssl.create_default_context(cafile=kafka.certificate)
            return httpx.request(
                method, self.url + path, verify=trusted, timeout=30, **given
            )

    with Secured(tmp_path / "bridge", kafka, topic, more) as bridge:
        sent = {"content": body(alert()), "headers": BEARER}
        assert bridge.ask("post", "/alertmanager", **sent).status_code == 200
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://{bridge.address}/-/healthy", timeout=5)
