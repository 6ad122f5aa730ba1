"""Alertmanager shows what the warehouse holds: a real one, over whole lives."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from tasks.core.errors import NothingThere, NotPermitted, SinkUnavailable
from tasks.core.findings.people import Filter
from tasks.edge import mutes
from tasks.edge.delivery import alertmanager_api, relay
from tasks.edge.delivery.declaration import Alertmanager, JsonLines
from tasks.edge.doctor import examine
from tests.edge.alert_world import TODAY, World, anomaly
from tests.services.conftest import started
from tests.services.guarded import GuardedAlertmanager

pytestmark = [pytest.mark.service, pytest.mark.timeout(120)]


def sink(url, **more):
    return Alertmanager(
        kind="alertmanager", name="alerts", url=url, digest=False, **more
    )


@pytest.fixture
def world(tmp_path, alertmanager):
    return World(
        tmp_path,
        sink(alertmanager.url),
        JsonLines(name="file", path=str(tmp_path / "events.jsonl")),
    )


def bring(world, declared=None):
    """Let a relay run bring Alertmanager up to date."""
    done = relay.bring(world.settings, declared or world.settings.sinks[0])
    assert done.problems == []
    return done


def firing(server, *names):
    """Return these labels of all alerts that fire."""
    alerts = server.alerts()
    return sorted(tuple(one["labels"].get(n, "") for n in names) for one in alerts)


def test_an_anomaly_lives_as_in_the_warehouse(world, alertmanager):
    """It fires, is updated under the same labels, and ends when it is resolved."""
    [known] = world.find(anomaly(350), at=datetime.now(UTC))
    assert bring(world).delivered == 1
    [first] = alertmanager.alerts()
    assert first["labels"] == {
        "alertname": "CostAnomaly",
        "generator": "costwarden",
        "anomaly_id": known,
        "severity": "medium",
        "kind": "spike",
        "direction": "up",
        "charge_kind": "usage",
        "provider": "AWS",
        "billing_account_id": "payer",
        "sub_account_id": "111122223333",
        "service_name": "Amazon EC2",
        "region_id": "eu-west-1",
    }
    world.find(anomaly(350, days=2, kind="level_shift"))
    bring(world)
    [grown] = alertmanager.alerts()
    assert grown["fingerprint"] == first["fingerprint"]
    assert grown["annotations"]["impact"] == "USD\xa0+500.00 (+250%)"
    assert grown["annotations"]["kind"] == "level shift"
    began = TODAY - timedelta(days=9)
    assert grown["startsAt"] == f"{began}T00:00:00.000Z"
    world.find(anomaly(350, days=2, kind="level_shift", status="resolved"))
    bring(world)
    assert alertmanager.alerts() == []


def test_what_a_bill_takes_back_ends(world, alertmanager):
    """A retracted anomaly no longer fires; one that comes back fires again."""
    world.find(anomaly())
    bring(world)
    world.find()
    bring(world)
    assert alertmanager.alerts() == []
    world.find(anomaly())
    bring(world)
    assert len(alertmanager.alerts()) == 1


def test_severity_only_rises(world, alertmanager):
    """A graver anomaly is another alert, and the milder one ends; it never sinks."""
    [known] = world.find(anomaly(350))
    bring(world)
    world.find(anomaly(5_000))
    bring(world)
    assert firing(alertmanager, "anomaly_id", "severity") == [(known, "high")]
    world.find(anomaly(350))
    bring(world)
    assert firing(alertmanager, "anomaly_id", "severity") == [(known, "high")]


def test_budgets_fire_while_they_are_at_risk(world, alertmanager):
    """A budget is an alert from at risk to recovered, graver once it is breached."""
    world.budget("at_risk", made_on=TODAY - timedelta(days=2))
    bring(world)
    assert firing(alertmanager, "budget", "severity") == [("compute", "medium")]
    world.budget("breached", made_on=TODAY - timedelta(days=1), revision=2)
    bring(world)
    assert firing(alertmanager, "budget", "severity") == [("compute", "high")]
    world.budget("ok", revision=3)
    bring(world)
    assert alertmanager.alerts() == []


def test_lost_data_is_brought_back(world, alertmanager):
    """After a kill -9 and an empty disk the next relay run restores every alert."""
    world.find(anomaly(), anomaly(service="Amazon S3"))
    world.budget("breached")
    bring(world)
    before = firing(alertmanager, "alertname", "service_name", "budget")
    alertmanager.kill()
    for left in (alertmanager.folder / "storage").iterdir():
        left.unlink()
    alertmanager.start()
    assert alertmanager.alerts() == []
    bring(world)
    assert firing(alertmanager, "alertname", "service_name", "budget") == before
    assert len(before) == 3


def test_a_relay_that_stops_lets_alerts_end(world, alertmanager):
    """Each run moves the end ahead; without one the alerts end at the stated time."""
    world.find(anomaly())
    short = sink(alertmanager.url, expire_hours=10 / 3600)
    bring(world, short)
    [first] = alertmanager.alerts()
    bring(world, short)
    [second] = alertmanager.alerts()
    assert second["endsAt"] > first["endsAt"]
    wait(lambda: alertmanager.alerts() == [], seconds=40)


def test_alerts_of_others_are_left_alone(world, alertmanager):
    """Only alerts about what is in this warehouse are ended."""
    labels = [
        {"alertname": "HighCost", "anomaly_id": "x"},
        {"alertname": "CostAnomaly", "generator": "costwarden", "anomaly_id": "else"},
    ]
    alertmanager.post("/api/v2/alerts", json=[{"labels": one} for one in labels])
    world.find(anomaly())
    world.find()
    bring(world)
    assert len(alertmanager.alerts()) == 2


def test_a_muted_anomaly_ends_until_the_mute_does(world, alertmanager):
    """What is muted by costwarden mute, or found by a muted run, is no alert."""
    world.find(anomaly(service="found by a backfill"), is_muted=True)
    world.find(anomaly(service="found by a backfill"), anomaly())
    bring(world)
    assert firing(alertmanager, "service_name") == [("Amazon EC2",)]
    muted = mutes.mute(
        world.settings,
        Filter(service_name="Amazon EC2"),
        until=TODAY,
        author="ada",
        reason="noisy",
    )
    bring(world)
    assert alertmanager.alerts() == []
    mutes.unmute(world.settings, muted, "ada")
    bring(world)
    assert firing(alertmanager, "service_name") == [("Amazon EC2",)]


def silence(server, *matchers, minutes=60, **more):
    """Make a silence as amtool and the page do; return its id."""
    now = datetime.now(UTC)
    answer = server.post(
        "/api/v2/silences",
        json={
            "matchers": [
                {
                    "name": name,
                    "value": value,
                    "isRegex": "~" in how,
                    "isEqual": "!" not in how,
                }
                for name, how, value in matchers
            ],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(minutes=minutes)).isoformat(),
            "createdBy": "ada",
            "comment": "moving house",
        }
        | more,
    )
    return answer.json()["silenceID"]


def heard(world):
    """Bring the file up to date; return the services that it was told of."""
    relay.bring(world.settings, world.settings.sinks[1])
    path = Path(world.settings.sinks[1].path)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line)["data"]["service_name"] for line in lines]


def test_a_silence_holds_other_sinks_back_until_it_ends(world, alertmanager):
    """What a silence matches waits in the outbox, and is delivered at its end."""
    made = silence(alertmanager, ("service_name", "=~", "Amazon (EC2|EKS)"))
    bring(world)
    world.find(anomaly(), anomaly(service="Amazon EC2 and more"))
    bring(world)
    assert heard(world) == ["Amazon EC2 and more"]
    assert len(alertmanager.alerts()) == 2
    assert world.rows("SELECT author, reason, ends_at > now() FROM ops.silences") == [
        ("ada", "moving house", True)
    ]
    httpx.delete(f"{alertmanager.url}/api/v2/silence/{made}").raise_for_status()
    bring(world)
    assert heard(world) == ["Amazon EC2 and more", "Amazon EC2"]


@pytest.mark.parametrize(
    "matchers",
    [
        [("provider", "=", "AWS"), ("region_id", "!=", "us-east-1")],
        [("severity", "!~", "high|critical")],
        [("alertname", "=~", "Cost.*"), ("team", "=", "")],
        [("rolled_up", "!~", ".+")],
        [("service_name", "=~", "Amazon")],
        [("service_name", "=~", "(?i)amazon ec2")],
        [("sub_account_id", "=~", "\\d{12}")],
        [("team", "!=", "")],
        [("region_id", "=", "eu-west-1"), ("service_name", "=", "Amazon S3")],
    ],
    ids=str,
)
def test_matchers_mean_here_what_they_mean_there(world, alertmanager, matchers):
    """An event is held back exactly when Alertmanager itself silences the alert."""
    silence(alertmanager, *matchers)
    world.find(anomaly())
    bring(world)
    [alert] = alertmanager.alerts()
    assert bool(alert["status"]["silencedBy"]) == (heard(world) == [])


def test_an_alertmanager_that_lost_its_silences_mutes_nothing(world, alertmanager):
    """A silence that is no longer there has ended."""
    silence(alertmanager, ("provider", "=", "AWS"))
    world.find(anomaly())
    bring(world)
    assert heard(world) == []
    alertmanager.kill()
    for left in (alertmanager.folder / "storage").iterdir():
        left.unlink()
    alertmanager.start()
    bring(world)
    assert heard(world) == ["Amazon EC2"]


def wait(done, seconds=20):
    """Wait until something is so."""
    deadline = datetime.now(UTC) + timedelta(seconds=seconds)
    while not done():
        assert datetime.now(UTC) < deadline, "it did not happen in time"
        threading.Event().wait(0.1)


class Faulty(ThreadingHTTPServer):
    """Stands before Alertmanager: fails so many times, and asks who is there."""

    def __init__(
        self, behind, *, failures=0, status=500, says="", wanted=None, unwanted=""
    ):
        self.behind, self.failures, self.status = behind, failures, status
        self.says = says.encode()
        self.wanted, self.unwanted = wanted, unwanted
        self.requests = 0
        super().__init__(("127.0.0.1", 0), Passing)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Passing(BaseHTTPRequestHandler):
    """Passes a request on, unless it is to fail."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        server = self.server
        server.requests += 1
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if server.wanted and self.headers.get("Authorization") != server.wanted:
            return self.say(401, b"who are you?")
        if server.failures:
            server.failures -= 1
            return self.say(server.status, server.says)
        if server.unwanted and server.unwanted in body.decode():
            return self.say(400, b"that one is bad")
        passed = httpx.request(
            self.command,
            server.behind.url + self.path,
            content=body,
            headers={"Content-Type": "application/json"},
            timeout=30,
        )
        return self.say(passed.status_code, passed.content)

    def say(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()


@pytest.fixture
def faulty(alertmanager, monkeypatch):
    """Make servers that fail; the client waits less than it would."""
    monkeypatch.setattr(alertmanager_api, "PAUSES", (0.05, 0.05))
    made = []

    def make(**how):
        made.append(Faulty(alertmanager, **how))
        return made[-1]

    yield make
    for one in made:
        one.shutdown()
        one.server_close()


def test_a_500_is_tried_again(world, alertmanager, faulty):
    """Two failures in a row are waited out."""
    world.find(anomaly())
    assert bring(world, sink(faulty(failures=2).url)).delivered == 1
    assert len(alertmanager.alerts()) == 1


def test_500s_that_stay_are_left_to_the_next_run(world, alertmanager, faulty):
    """A server that fails for good is told of; the next run makes it good."""
    world.find(anomaly())
    ill = faulty(failures=99)
    done = relay.bring(world.settings, sink(ill.url))
    assert done.delivered == 0
    assert "status 500" in done.problems[0]
    assert ill.requests == 3
    ill.failures = 0
    assert relay.bring(world.settings, sink(ill.url), is_patient=False).delivered == 1
    assert len(alertmanager.alerts()) == 1


def test_one_bad_alert_stops_no_other(world, alertmanager, faulty):
    """A 400 is traced to the alert at fault; all others get through."""
    names = [f"service {number}" for number in range(7)]
    world.find(*(anomaly(service=name) for name in names))
    picky = faulty(unwanted="service 4")
    assert bring(world, sink(picky.url)).delivered == 6
    told = firing(alertmanager, "service_name")
    assert told == [(name,) for name in names if name != "service 4"]
    letters = (
        "SELECT letters.sink, letters.reason, payload ->> '$.data.service_name'"
        " FROM ops.dead_letters AS letters JOIN ops.events USING (event_id)"
    )
    [(where, reason, service)] = world.rows(letters)
    assert (where, service) == ("alerts", "service 4")
    assert "that one is bad" in reason
    picky.unwanted = ""
    assert bring(world, sink(picky.url)).delivered == 7
    assert world.rows(letters) == []


def test_hostile_names_are_carried_as_they_are(world, alertmanager):
    """Whatever a bill calls a service is a label's value, cut where it is too long."""
    hostile = [
        'a"}{{ .X }}\n<!channel>',
        "\u4e2d\u6587 \U0001f4b8 '; DROP",
        "x" * 5_000,
    ]
    world.find(*(anomaly(service=name) for name in hostile))
    assert bring(world).delivered == 3
    told = {name for (name,) in firing(alertmanager, "service_name")}
    assert told == {hostile[0], hostile[1], "x" * 256}


@pytest.mark.parametrize("kind", ["token", "password"])
def test_credentials_are_sent_and_never_shown(
    world, alertmanager, faulty, monkeypatch, kind
):
    """The right secret opens the door; a wrong one is told of without its value."""
    right = {
        "token": "Bearer hunter2",
        "password": httpx.BasicAuth("ada", "hunter2")._auth_header,
    }
    guarded = faulty(wanted=right[kind])
    declared = sink(guarded.url, username="ada", **{kind: "env:ALERTS_SECRET"})
    world.find(anomaly())
    monkeypatch.setenv("ALERTS_SECRET", "letmein")
    done = relay.bring(world.settings, declared)
    assert "401" in done.problems[0]
    assert "letmein" not in done.problems[0]
    assert alertmanager.alerts() == []
    monkeypatch.setenv("ALERTS_SECRET", "hunter2")
    assert relay.bring(world.settings, declared, is_patient=False).delivered == 1


def test_tls_and_a_password_of_a_real_alertmanager(world, tmp_path, monkeypatch):
    """Its certificate has to be trusted, and its password right."""
    monkeypatch.setenv("RIGHT", "hunter2")
    monkeypatch.setenv("WRONG", "letmein")
    world.find(anomaly())
    with started(GuardedAlertmanager(tmp_path / "guarded")) as server:
        ca_file = str(server.certificate)
        known = {"username": "ada", "password": "env:RIGHT", "ca_file": ca_file}
        ada = sink(server.url, **known)
        for bad, words in (
            ({"ca_file": None}, "CERTIFICATE"),
            ({"password": "env:WRONG"}, "401"),
        ):
            declared = ada.model_copy(update=bad)
            done = relay.bring(world.settings, declared, is_patient=False)
            assert words in done.problems[0]
            assert "letmein" not in done.problems[0]
        assert server.alerts() == []
        done = relay.bring(world.settings, ada, is_patient=False)
        assert (done.delivered, len(server.alerts())) == (1, 1)


def test_what_is_no_alertmanager_is_told(alertmanager, faulty):
    """A dead port, a wrong path and another server each get a sentence of their own."""
    other = faulty(failures=9, status=404)
    cases = [
        (sink("http://127.0.0.1:1", timeout_seconds=1), SinkUnavailable),
        (sink(other.url), NothingThere),
        (sink(alertmanager.url, ca_file="/nowhere.pem"), NothingThere),
        (sink(faulty(wanted="x").url), NotPermitted),
        (sink(faulty(failures=9, status=200, says="<html>").url), SinkUnavailable),
        (sink(faulty(failures=9, status=200, says="{}").url), SinkUnavailable),
    ]
    for declared, error in cases:
        with pytest.raises(error), alertmanager_api.Client(declared) as client:
            client.alerts()
    with (
        alertmanager_api.Client(cases[-1][0]) as client,
        pytest.raises(SinkUnavailable, match="tells no version"),
    ):
        client.version()


def test_doctor_says_which_alertmanager_it_is(world, alertmanager):
    """It is asked for its version; one that is down has failed."""
    parts = {part.name: part for part in examine(world.settings)}
    assert parts["sink alerts"].state == "ok"
    assert "Alertmanager 0." in parts["sink alerts"].detail
    alertmanager.stop()
    parts = {part.name: part for part in examine(world.settings)}
    assert parts["sink alerts"].state == "failed"
