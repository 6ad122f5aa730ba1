"""The real servers that other tests rely on do what their classes say."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import httpx
import pytest
from confluent_kafka import Consumer, KafkaException, Producer

from tests.services.conftest import started
from tests.services.servers.alertmanager import Alertmanager
from tests.services.servers.kafka import USER
from tests.services.servers.server import NotInstalled, NotStarted, program
from tests.services.servers.victoriametrics import VictoriaMetrics
from tests.services.servers.vmalert import Vmalert

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]

DEPLOYMENTS = Path(__file__).parents[2] / "deployments"
RULE = """\
groups:
  - name: spend
    interval: 1s
    rules:
      - alert: TooDear
        expr: last_over_time(cost_daily[2d]) > 10
        labels: {severity: warning}
"""


def produce(client, topic, *values):
    producer = Producer(client)
    for value in values:
        producer.produce(topic, value)
    assert producer.flush(30) == 0


def consume(client, topic, count):
    consumer = Consumer(
        client | {"group.id": topic, "auto.offset.reset": "earliest", "log_level": 0}
    )
    consumer.subscribe([topic])
    try:
        return [message.value() for message in consumer.consume(count, timeout=30)]
    finally:
        consumer.close()


def wait_for(ask, seconds=30):
    """Ask until the answer is something."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)
    return answer


def sample(value):
    return {
        "metric": {"__name__": "cost_daily", "service_name": "x"},
        "values": [value],
        "timestamps": [int(time.time() - 3600) * 1000],
    }


def test_a_record_outlives_the_death_of_the_broker(kafka):
    """What was acknowledged is consumed after kill -9 and a new start."""
    topic = kafka.new_topic()
    produce(kafka.client, topic, b"one", b"two")
    kafka.kill()
    assert not kafka.running
    kafka.start()
    assert consume(kafka.client, topic, 2) == [b"one", b"two"]


def test_a_paused_broker_says_nothing_and_then_goes_on(kafka):
    """A paused broker is there but does not answer; resumed, it does."""
    topic = kafka.new_topic()
    kafka.pause()
    assert kafka.running
    assert not kafka.answers()
    kafka.resume()
    kafka.wait()
    produce(kafka.client, topic, b"one")
    assert consume(kafka.client, topic, 1) == [b"one"]


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_broker_asks_who_it_is(kafka, mechanism):
    """The right password is let in with TLS and without; a wrong one never."""
    topic = kafka.new_topic()
    for client in (kafka.sasl(mechanism), kafka.sasl_tls(mechanism)):
        assert client["sasl.username"] == USER
        produce(client, topic, b"one")
    wrong = Producer(kafka.sasl(mechanism, "guessed") | {"log_level": 0})
    with pytest.raises(KafkaException):
        wrong.list_topics(timeout=3)
    assert consume(kafka.client, topic, 2) == [b"one", b"one"]


def test_a_broker_proves_who_it_is(kafka):
    """With its certificate at hand a client speaks TLS; without it, it does not."""
    topic = kafka.new_topic()
    produce(kafka.tls, topic, b"one")
    unknown = {
        key: kafka.tls[key] for key in ("bootstrap.servers", "security.protocol")
    }
    with pytest.raises(KafkaException):
        Producer(unknown | {"log_level": 0}).list_topics(timeout=3)


def test_alertmanager_takes_an_alert_and_keeps_a_silence(alertmanager):
    """An alert is listed; a silence outlives an orderly stop."""
    alert = {"labels": {"alertname": "CostAnomaly", "severity": "critical"}}
    alertmanager.post("/api/v2/alerts", json=[alert])
    assert [a["labels"] for a in alertmanager.alerts()] == [alert["labels"]]
    alertmanager.post(
        "/api/v2/silences",
        json={
            "matchers": [
                {"name": "alertname", "value": "CostAnomaly", "isRegex": False}
            ],
            "startsAt": time.strftime(
                "%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60)
            ),
            "endsAt": "2999-01-01T00:00:00Z",
            "createdBy": "a test",
            "comment": "planned",
        },
    )
    alertmanager.stop()
    with pytest.raises(httpx.TransportError):
        alertmanager.alerts()
    alertmanager.start()
    (kept,) = alertmanager.get("/api/v2/silences").json()
    assert kept["comment"] == "planned"


def test_a_sample_is_read_back_and_counted_once(victoriametrics):
    """A sample that is imported twice is there once, at the time it was given."""
    content = json.dumps(sample(12.5))
    for _ in range(2):
        victoriametrics.post("/api/v1/import", content=content)
    victoriametrics.flush()
    (series,) = victoriametrics.query("sum_over_time(cost_daily[2d])")
    assert series["metric"] == {"service_name": "x"}
    assert float(series["value"][1]) == 12.5


def test_metrics_outlive_an_orderly_stop(victoriametrics):
    """Stopped and started again on the same port, it has what it had."""
    victoriametrics.post("/api/v1/import", content=json.dumps(sample(12.5)))
    url = victoriametrics.url
    victoriametrics.stop()
    victoriametrics.start()
    assert victoriametrics.url == url
    assert len(victoriametrics.query("last_over_time(cost_daily[2d])")) == 1


def test_a_rule_over_a_metric_becomes_an_alert(vmalert):
    """The rule that vmalert is given reaches Alertmanager when the metric meets it."""
    vmalert.metrics.post("/api/v1/import", content=json.dumps(sample(12.5)))
    vmalert.metrics.flush()
    vmalert.write_rules(RULE)
    (alert,) = wait_for(vmalert.alerts.alerts)
    assert alert["labels"]["alertname"] == "TooDear"
    assert alert["labels"]["service_name"] == "x"


def test_a_server_that_cannot_start_says_why(tmp_path):
    """Its own last words are in the error, and no process is left."""
    server = VictoriaMetrics(tmp_path)
    server.retention = "for ever"
    with pytest.raises(NotStarted, match="retentionPeriod"):
        server.start()
    assert not server.running


def test_a_server_that_is_not_here_says_how_to_get_it():
    """The package that brings a missing program is named."""
    with pytest.raises(NotInstalled, match="apt install ghost-package"):
        program("no-such-program", package="ghost-package")


def test_no_server_outlives_us(tmp_path):
    """A test process that is killed with -9 leaves no server behind."""
    program("victoria-metrics", "victoria-metrics-prod", package="victoria-metrics")
    script = f"""
        from tests.services.servers.victoriametrics import VictoriaMetrics
        print(VictoriaMetrics({str(tmp_path)!r}).start().pid, flush=True)
        input()
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        server = int(parent.stdout.readline())
        os.kill(server, signal.SIGSTOP)  # even a paused one
        parent.kill()

    def gone():
        try:
            os.kill(server, 0)
        except ProcessLookupError:
            return True
        # Killed, and not yet collected by whoever inherited it.
        with open(f"/proc/{server}/stat") as stat:  # noqa: PTH123
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"

    wait_for(gone)


def test_the_examples_are_taken(tmp_path):
    """Alertmanager starts over the example routing, vmalert over the example rules."""
    routing = DEPLOYMENTS / "alertmanager" / "alertmanager.yml"
    rules = str(DEPLOYMENTS / "victoriametrics" / "rules" / "*.yml")
    with (
        started(VictoriaMetrics(tmp_path / "metrics")) as metrics,
        started(Alertmanager(tmp_path / "alerts", routing)) as alerts,
        started(Vmalert(tmp_path / "rules", metrics, alerts, rules)) as server,
    ):
        groups = server.get("/api/v1/rules").json()["data"]["groups"]
        assert sum(len(group["rules"]) for group in groups) > 0
        status = alerts.get("/api/v2/status").json()
        assert "receiver: costs" in status["config"]["original"]
