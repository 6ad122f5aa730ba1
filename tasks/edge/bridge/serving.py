"""Serves the bridge, until somebody ends it."""

import logging
from asyncio import Transport

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from tasks.core.errors import ConfigError
from tasks.edge.bridge import doors
from tasks.edge.bridge.application import application
from tasks.edge.response import hearing
from tasks.edge.response.declaration import Bridge
from tasks.edge.settings import Settings

# Requests at once; whoever comes later is told to come again.
CONCURRENCY = 64
IDLE_SECONDS = 15
LONGEST_HEAD = 16_384


class Impatient(H11Protocol):
    """Hangs up when no request begins, or none is asked to its end, for too long.

    uvicorn itself waits for ever for the first request of a connection.
    """

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Wait for a first request."""
        super().connection_made(transport)
        self.loop.call_later(IDLE_SECONDS, self._hang_up, None)

    def on_response_complete(self) -> None:
        """Wait for another request."""
        last = self.cycle
        super().on_response_complete()
        self.loop.call_later(IDLE_SECONDS, self._hang_up, last)

    def _hang_up(self, last: object) -> None:
        if self.cycle is last and not self.transport.is_closing():
            self.transport.close()


def serve(settings: Settings, listen: str) -> None:
    """Take alerts until we are told to stop.

    Args:
        settings: Name the sink that they are produced to, and who may send them.
        listen: Host and port.

    Raises:
        ConfigError: No Kafka sink is set, or others could reach an open door.
        NothingThere: A secret is not where the settings say.
    """
    rules = settings.bridge
    door = doors.door(rules)
    host, port = doors.place(listen, door)
    sink = hearing.topic_of(settings)
    if sink is None:
        raise ConfigError("The bridge produces to Kafka: name a sink of kind kafka.")
    outlet = hearing.with_kafka("tasks.edge.bridge.producing").Outlet(
        sink, rules.timeout_seconds
    )
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("costwarden").setLevel(logging.INFO)
    if not doors.is_loopback(host) and rules.certificate is None:
        logging.getLogger("costwarden").warning(
            "secrets travel in the clear: set certificate and key in [bridge], or let a"
            " proxy speak TLS"
        )
    uvicorn.Server(
        configured(application(rules, door, outlet), rules, host, port)
    ).run()


def configured(app: Starlette, rules: Bridge, host: str, port: int) -> uvicorn.Config:
    """Return how the application is served."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        ssl_certfile=rules.certificate,
        ssl_keyfile=rules.key,
        access_log=False,
        log_level="warning",
        server_header=False,
        limit_concurrency=CONCURRENCY,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=round(rules.timeout_seconds) + 1,
        h11_max_incomplete_event_size=LONGEST_HEAD,
        http=Impatient,
    )
