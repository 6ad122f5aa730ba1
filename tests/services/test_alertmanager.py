"""Alertmanager shows what the warehouse holds: a real one, over whole lives."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tasks.core.detection.people import Filter
from tasks.edge.delivery import relay
from tasks.edge.people import mutes
from tests.edge.alert_world import TODAY, anomaly
from tests.services.alerting import bring, firing, sink, world_of

pytestmark = [pytest.mark.service, pytest.mark.timeout(120)]


@pytest.fixture
def world(tmp_path, alertmanager):
    return world_of(tmp_path, alertmanager)


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
    assert grown["annotations"]["impact"] == "USD +500.00 (+250%)"
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


def test_a_silence_counts_from_the_moment_that_it_is_made(world, alertmanager):
    """What is told after it asks Alertmanager first, and stays with us."""
    world.find(anomaly())
    bring(world)
    made = silence(alertmanager, ("provider", "=", "AWS"))
    assert heard(world) == []
    httpx.delete(f"{alertmanager.url}/api/v2/silence/{made}").raise_for_status()
    assert heard(world) == ["Amazon EC2"]


@pytest.mark.parametrize("harm", ["pause", "kill"])
def test_who_cannot_be_asked_for_silences_holds_up_nobody(world, alertmanager, harm):
    """A file has its events within moments; silences that were known still count."""
    silence(alertmanager, ("service_name", "=", "Amazon S3"))
    bring(world)
    getattr(alertmanager, harm)()
    world.find(anomaly(), anomaly(service="Amazon S3"))
    began = time.monotonic()
    assert heard(world) == ["Amazon EC2"]
    assert time.monotonic() - began < 20


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
