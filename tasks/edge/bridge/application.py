"""What the bridge answers, request by request; nothing of a payload is ever logged."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tasks.core.errors import CostwardenError
from tasks.core.events import Event
from tasks.core.response import notifications
from tasks.core.response.notifications import Notification
from tasks.edge.bridge.doors import Door
from tasks.edge.response.declaration import Bridge

logger = logging.getLogger("costwarden.bridge")

PATH = "/alertmanager"
BODY_SECONDS = 10.0
UNAUTHORISED = 401
TOO_LARGE = 413


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of some events.

    Attributes:
        new: Those that were news, and have arrived.
        refused: Those that are too large, and will never arrive.
    """

    new: int
    refused: int = 0


class Outlet(Protocol):
    """Where events go; both methods may wait, and are called in a thread."""

    def deliver(self, events: list[Event]) -> Taken:
        """Return once all have arrived that ever will."""
        ...

    def check(self) -> None:
        """Return if events can be taken."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class Refused(Exception):
    """A request that is not taken: with which status, and why."""

    def __init__(self, status: int, why: str, *problems: str) -> None:
        """Keep them for the answer."""
        super().__init__(why)
        self.status = status
        self.said = {"error": why} | ({"problems": problems} if problems else {})


def application(rules: Bridge, door: Door, outlet: Outlet) -> Starlette:
    """Return the application that answers for a bridge."""
    take = _Webhook(rules, door, outlet)

    async def healthy(_request: Request) -> Response:
        return JSONResponse({"status": "healthy"})

    async def ready(_request: Request) -> Response:
        try:
            await asyncio.to_thread(outlet.check)
        except CostwardenError as error:
            logger.warning("not ready: %s", error)
            return JSONResponse({"status": "Kafka does not answer"}, 503)
        return JSONResponse({"status": "ready"})

    @asynccontextmanager
    async def lifespan(_application: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(outlet.close)

    return Starlette(
        routes=[
            Route(PATH, _answering(take), methods=["POST"]),
            Route("/-/healthy", healthy),
            Route("/-/ready", ready),
        ],
        lifespan=lifespan,
    )


def _answering(take: "_Webhook") -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(await take(request))
        except Refused as refused:
            logger.warning("refused with %d: %s", refused.status, refused)
            headers = {"www-authenticate": take.door.asks}
            is_asked = refused.status == UNAUTHORISED
            return JSONResponse(
                refused.said, refused.status, headers if is_asked else None
            )

    return answer


class _Webhook:
    """Takes notifications of Alertmanager."""

    def __init__(self, rules: Bridge, door: Door, outlet: Outlet) -> None:
        self.rules = rules
        self.door = door
        self.outlet = outlet

    async def __call__(self, request: Request) -> dict[str, int]:
        """Take one notification; return what became of its alerts."""
        if not self.door.lets_in(request.headers.get("authorization", "")):
            raise Refused(UNAUTHORISED, "Say who you are.")
        found = notifications.read(await self._body(request))
        if not isinstance(found, Notification):
            raise Refused(422, "This is no notification of version 4.", *found)
        events = found.events
        try:
            taken = await asyncio.to_thread(self.outlet.deliver, events)
        except CostwardenError as error:
            logger.warning("not delivered, to be sent again: %s", error)
            raise Refused(503, "Kafka does not take it: send it again.") from error
        if found.truncated:
            logger.warning("max_alerts left out %d alerts", found.truncated)
        told = {
            "alerts": len(found.alerts),
            "ours": sum(alert.is_ours for alert in found.alerts),
            "produced": taken.new,
        }
        logger.info("took %(alerts)d alerts, %(ours)d ours, %(produced)d new", told)
        if taken.refused:
            raise Refused(
                TOO_LARGE,
                f"{taken.refused} of {len(found.alerts)} alerts are larger than the"
                " topic takes; Kafka has the others.",
            )
        return told

    async def _body(self, request: Request) -> bytes:
        limit = self.rules.max_bytes
        too_large = Refused(TOO_LARGE, f"More than {limit} bytes.")
        length = request.headers.get("content-length", "0")
        if length.isdecimal() and int(length) > limit:
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for part in request.stream():
                    body += part
                    if len(body) > limit:
                        raise too_large
        except TimeoutError as error:
            raise Refused(408, f"Not complete after {BODY_SECONDS:.0f} s.") from error
        except ClientDisconnect as error:
            raise Refused(400, "Not complete.") from error
        return bytes(body)
