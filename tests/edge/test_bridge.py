"""Whom the bridge lets in, and what it answers."""

import asyncio
import logging
import socket
import time
from threading import Thread

import httpx
import pytest
import uvicorn

from tasks.core.errors import ConfigError, NothingThere, SinkUnavailable
from tasks.edge.bridge import application, doors, serving
from tasks.edge.bridge.application import Taken
from tasks.edge.response.declaration import Bridge
from tasks.edge.settings import Settings
from tests.core.webhook import alert, body

SECRET = "open-sesame"  # noqa: S105 - of a server in this process
BEARER = {"authorization": f"Bearer {SECRET}"}


class Outlet:
    """Takes events, or says that it cannot."""

    def __init__(self):
        self.events = []
        self.problem = None
        self.refused = 0

    def deliver(self, events):
        self.check()
        self.events += events
        return Taken(len(events) - self.refused, self.refused)

    def check(self):
        if self.problem:
            raise self.problem

    def close(self):
        pass


def ask(made, method, path, **given):
    """Ask an application, without a network."""

    async def once():
        transport = httpx.ASGITransport(made)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://bridge"
        ) as client:
            return await client.request(method, path, **given)

    return asyncio.run(once())


async def pieces(*parts):
    for part in parts:
        yield part


async def slowly(part):
    yield part[:10]
    await asyncio.sleep(5)
    yield part[10:]


@pytest.fixture
def outlet():
    return Outlet()


@pytest.fixture
def call(outlet, monkeypatch):
    """Ask a bridge with a token and a login."""
    monkeypatch.setenv("BRIDGE_SECRET", SECRET)
    rules = Bridge(
        token="env:BRIDGE_SECRET",  # noqa: S106 - where it lies
        username="am",
        password="env:BRIDGE_SECRET",  # noqa: S106
        max_bytes=4000,
    )
    made = application.application(rules, doors.door(rules), outlet)

    def call(content=None, **given):
        sent = body(alert()) if content is None else content
        given = {"headers": BEARER} | given
        return ask(made, "POST", application.PATH, content=sent, **given)

    return call


def test_a_notification_is_taken(call, outlet):
    """Its alerts are delivered but for ours, and counted in the answer."""
    ours = alert(labels={"generator": "costwarden"})
    answer = call(body(alert(), ours))
    assert answer.status_code == 200
    assert answer.json() == {"alerts": 2, "ours": 1, "produced": 1}
    assert [one.event_type for one in outlet.events] == [
        "io.costwarden.alert.firing.v1"
    ]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {SECRET}x",
        f"Token {SECRET}",
        f"Basic {SECRET}",
        "Basic YW06d3Jvbmc=",
        "Basic \u00e9",
    ],
)
def test_strangers_stay_outside(call, outlet, authorization):
    """Without the token or the login nothing is read, and 401 says how to ask."""
    headers = {} if authorization is None else {"authorization": authorization}
    headers = {key: value.encode() for key, value in headers.items()}
    answer = call(b"not even JSON", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert SECRET not in answer.text
    assert outlet.events == []


def test_either_way_in_will_do(call):
    """Alertmanager may send a bearer token, or a user and a password."""
    assert call().status_code == 200
    assert call(headers={}, auth=("am", SECRET)).status_code == 200


def test_what_is_wrong_is_said(call, outlet):
    """A body that is no notification is 422 with the places that are wrong."""
    answer = call(body(alert(status="odd"), version="3"))
    assert answer.status_code == 422
    assert [one.partition(":")[0] for one in answer.json()["problems"]] == [
        "version",
        "alerts.0.status",
    ]
    assert call(b"{").status_code == 422
    assert outlet.events == []


def test_a_body_has_its_bounds(call, outlet):
    """Too large a body is 413, whether its length is told before or not."""
    large = body(alert(annotations={"x": "y" * 5000}))
    assert call(large).status_code == 413
    assert call(pieces(large[:3000], large[3000:])).status_code == 413
    assert outlet.events == []


def test_a_body_has_its_time(call, monkeypatch):
    """Whoever does not come to an end of it is answered with 408."""
    monkeypatch.setattr(application, "BODY_SECONDS", 0.1)
    assert call(slowly(body(alert()))).status_code == 408


def test_what_kafka_does_not_take_is_sent_again(call, outlet):
    """While Kafka does not take events the answer is 503, so Alertmanager retries."""
    outlet.problem = SinkUnavailable("no broker")
    assert call().status_code == 503
    outlet.problem = None
    assert call().status_code == 200


def test_what_is_too_large_for_the_topic_is_said(call, outlet):
    """The answer is 413, so Alertmanager counts it, and does not try it for ever."""
    outlet.refused = 1
    answer = call(body(alert(), alert(fingerprint="1")))
    assert answer.status_code == 413
    assert "1 of 2 alerts" in answer.json()["error"]


def test_health_is_for_everybody(outlet):
    """Health and readiness need no token; readiness follows Kafka."""
    made = application.application(Bridge(), doors.Door(b"x", None), outlet)

    def status(method, path):
        return ask(made, method, path).status_code

    assert (status("GET", "/-/healthy"), status("GET", "/-/ready")) == (200, 200)
    outlet.problem = SinkUnavailable("no broker")
    assert (status("GET", "/-/healthy"), status("GET", "/-/ready")) == (200, 503)
    assert status("GET", application.PATH) == 405
    assert status("POST", "/elsewhere") == 404


def test_nothing_of_a_payload_is_logged(call, outlet, caplog):
    """Neither labels nor secrets are in the log, whatever goes wrong."""
    caplog.set_level(logging.DEBUG, "costwarden")
    told = alert(labels={"alertname": "private-name"}, annotations={"x": "private"})
    call(body(told))
    call(body(told | {"status": "private"}))
    call(body(told), headers={"authorization": "Bearer private"})
    outlet.problem = SinkUnavailable("no broker")
    call(body(told))
    ours = [one for one in caplog.records if one.name.startswith("costwarden")]
    assert len(ours) == 5
    assert "private" not in "".join(one.getMessage() for one in ours)


@pytest.mark.parametrize("listen", ["0.0.0.0:9190", "[::]:9190", "example.com:1"])
def test_an_open_door_is_for_this_machine_alone(listen):
    """Without a token nothing listens where others could reach it."""
    open_door = doors.Door(None, None)
    with pytest.raises(ConfigError, match="reached by others"):
        doors.place(listen, open_door)
    assert doors.place(listen, doors.Door(b"x", None))
    assert open_door.lets_in("Bearer x")
    assert doors.place("127.0.0.1:9190", open_door) == ("127.0.0.1", 9190)
    assert doors.place("localhost:0", open_door) == ("localhost", 0)


@pytest.mark.parametrize("listen", ["", "9190", ":9190", "127.0.0.1:x", "::1:99999"])
def test_a_place_is_a_host_and_a_port(listen):
    """What is no HOST:PORT is a mistake in the command."""
    with pytest.raises(ConfigError, match="HOST:PORT"):
        doors.place(listen, doors.Door(b"x", None))


def test_secrets_have_to_be_there(monkeypatch):
    """A missing or empty secret keeps the bridge shut instead of open."""
    rules = Bridge(token="env:BRIDGE_SECRET")  # noqa: S106 - where it lies
    monkeypatch.delenv("BRIDGE_SECRET", raising=False)
    with pytest.raises(NothingThere):
        doors.door(rules)
    monkeypatch.setenv("BRIDGE_SECRET", "")
    with pytest.raises(ConfigError, match="empty"):
        doors.door(rules)


@pytest.mark.parametrize("half", [{"username": "a"}, {"certificate": "a.pem"}])
def test_pairs_are_whole(half):
    """A user without a password, or a certificate without a key, is refused."""
    with pytest.raises(ValueError, match="only set together"):
        Bridge(**half)


def test_without_kafka_there_is_no_bridge(tmp_path):
    """The bridge says what it needs before it listens."""
    settings = Settings(database=str(tmp_path / "w.duckdb"))
    with pytest.raises(ConfigError, match="sink of kind kafka"):
        serving.serve(settings, "127.0.0.1:0")


def test_who_says_nothing_is_hung_up_on(outlet, monkeypatch):
    """A connection on which no request is finished ends, and others are served."""
    monkeypatch.setattr(serving, "IDLE_SECONDS", 1)
    made = application.application(Bridge(), doors.Door(b"x", None), outlet)
    server = uvicorn.Server(serving.configured(made, Bridge(), "127.0.0.1", 0))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    place = server.servers[0].sockets[0].getsockname()
    with socket.create_connection(place, timeout=10) as silent:
        silent.sendall(b"POST /alertmanager HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert httpx.get(f"http://{place[0]}:{place[1]}/-/healthy").is_success
        assert silent.recv(100) == b""
    server.should_exit = True
    thread.join()
