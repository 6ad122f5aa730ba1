"""Two Alertmanagers that know each other: one alert at both is one message."""

import time

import pytest

from tasks.edge.delivery import relay
from tasks.edge.delivery.declaration import JsonLines
from tests.edge.alert_world import World, anomaly
from tests.services.alerting import sink
from tests.services.conftest import started
from tests.services.listening import Chat
from tests.services.servers.alertmanager import Peer
from tests.services.test_alertmanager import silence, wait

pytestmark = [pytest.mark.service, pytest.mark.timeout(240)]

CONFIG = """\
route:
  receiver: hook
  group_by: ["..."]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 1h
receivers:
  - name: hook
    webhook_configs: [{{url: {url}/hook}}]
"""


@pytest.fixture
def chat():
    made = Chat()
    yield made
    made.close()


@pytest.fixture
def peers(tmp_path, chat):
    """Two servers of one cluster."""
    config = CONFIG.format(url=chat.url)
    with (
        started(Peer(tmp_path / "one", config)) as one,
        started(Peer(tmp_path / "two", config, [one])) as two,
    ):
        wait(lambda: all(members(peer) == 2 for peer in (one, two)), seconds=60)
        yield one, two


def members(peer):
    return len(peer.get("/api/v2/status").json()["cluster"].get("peers", []))


def world_of(folder, peers):
    sinks = [
        sink(peer.url).model_copy(update={"name": f"alerts-{number}"})
        for number, peer in enumerate(peers, start=1)
    ]
    return World(folder, *sinks, JsonLines(name="file", path=str(folder / "e.jsonl")))


def told(chat, status):
    return [
        alert["labels"]["service_name"]
        for _, _, body in list(chat.heard)
        for alert in body["alerts"]
        if alert["status"] == status
    ]


def test_one_alert_at_both_is_told_once(tmp_path, peers, chat):
    """Each peer is a sink; people hear of a beginning once, and once of its end.

    While a peer is down the other has everything, and its own sink alone fails.
    """
    one, two = peers
    world = world_of(tmp_path, peers)
    world.find(anomaly())
    done = relay.relay(world.settings, is_patient=False)
    assert done.by_sink == {"alerts-1": 1, "alerts-2": 1, "file": 1}
    assert [len(peer.alerts()) for peer in peers] == [1, 1]
    wait(lambda: told(chat, "firing"), seconds=60)
    time.sleep(8)  # the second peer's turn comes after three seconds
    assert told(chat, "firing") == ["Amazon EC2"]

    silence(one, ("service_name", "=", "Amazon S3"))
    wait(lambda: two.get("/api/v2/silences").json(), seconds=60)
    one.kill()
    world.find(anomaly(service="Amazon S3"))
    done = relay.relay(world.settings, is_patient=False)
    assert [problem.split()[1] for problem in done.problems] == ["alerts-1"]
    # The end of one and the beginning of the other, which two silences hold back.
    assert done.by_sink == {"alerts-1": 0, "alerts-2": 2, "file": 1}
    wait(lambda: told(chat, "resolved"), seconds=60)
    assert told(chat, "resolved") == ["Amazon EC2"]
    assert told(chat, "firing") == ["Amazon EC2"]
