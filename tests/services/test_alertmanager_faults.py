"""What a relay does where Alertmanager fails, refuses, or is none."""

import httpx
import pytest

from tasks.core.errors import NothingThere, NotPermitted, SinkUnavailable
from tasks.edge.delivery import alertmanager_api, http, relay
from tasks.edge.reporting.doctor import examine
from tests.edge.alert_world import anomaly
from tests.services.alerting import bring, firing, sink, world_of
from tests.services.conftest import started
from tests.services.faulty import Faulty
from tests.services.guarded import GuardedAlertmanager

pytestmark = [pytest.mark.service, pytest.mark.timeout(120)]


@pytest.fixture
def world(tmp_path, alertmanager):
    return world_of(tmp_path, alertmanager)


@pytest.fixture
def faulty(alertmanager, monkeypatch):
    """Make servers that fail; the client waits less than it would."""
    monkeypatch.setattr(http, "PAUSES", (0.05, 0.05))
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
