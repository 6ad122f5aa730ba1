"""A server that is spoken to over HTTP; every failure is one of our own errors."""

import ssl
import time
from typing import Any, ClassVar, Self

import httpx

from tasks.core.errors import NothingThere, NotPermitted, SinkUnavailable
from tasks.edge.delivery.declaration import HttpSink
from tasks.edge.secrets import resolve

# Waited before each further try; the relay itself tries again after minutes.
PAUSES = (0.5, 2.0)

FORBIDDEN = (401, 403)
ELSEWHERE = (404, 405)
# What passes: too many requests, and whatever is the server's own fault.
PASSING = (408, 425, 429)
SERVER_ERROR = 500
# Of an answer that is no good, in characters.
SHOWN = 500
# An answer that still drips after so many time-outs will not end.
LONGEST_TIMEOUTS = 4


class Refused(Exception):
    """It will not take what was sent; the message is its own."""


class Server:
    """A connection, used as a context.

    Attributes:
        product: What answers there.
        api: Path below the address of the settings.
        advice: What else may be wrong where we are not let in.
    """

    product: ClassVar[str]
    api: ClassVar[str] = ""
    advice: ClassVar[str] = ""

    def __init__(self, declared: HttpSink) -> None:
        """Look secrets up; connect to nothing yet.

        Raises:
            NothingThere: A secret, or the file of certificates, is not where the
                settings say.
        """
        self.name = declared.name
        self.pauses: tuple[float, ...] = PAUSES
        self.longest = LONGEST_TIMEOUTS * declared.timeout_seconds
        headers = {}
        auth = None
        if declared.token:
            headers["Authorization"] = f"Bearer {resolve(declared.token)}"
        elif declared.username and declared.password:
            auth = httpx.BasicAuth(declared.username, resolve(declared.password))
        self.http = httpx.Client(
            base_url=f"{declared.url.rstrip('/')}{self.api}",
            headers=headers,
            auth=auth,
            verify=_trusted(declared.ca_file),
            timeout=declared.timeout_seconds,
        )

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_raised: object) -> None:
        """Close what is open."""
        self.http.close()

    def ask(self, method: str, path: str, **asked: Any) -> httpx.Response:
        """Return a good answer; wait and try again while there is hope.

        Raises:
            NotPermitted: It does not let us in.
            NothingThere: Something else is at the address.
            SinkUnavailable: It does not work, after several tries.
            Refused: It will not take what was sent.
        """
        for pause in (*self.pauses, None):
            try:
                answer = self._answer(method, path, **asked)
            except httpx.RequestError as error:
                problem = f"{type(error).__name__}: {error}"
            else:
                if not _passes(answer):
                    return self._good(answer, path)
                problem = _said(answer)
            if pause is not None:
                time.sleep(pause)
        raise SinkUnavailable(
            f"{self.product} at {self.http.base_url} does not work: {problem}."
        )

    def stranger(self, why: str) -> SinkUnavailable:
        """Return the error that what answers is something else."""
        return SinkUnavailable(
            f"What is at {self.http.base_url} does not answer as {self.product}: {why}"
        )

    def refused_to(self, path: str, status: str) -> NotPermitted:
        """Return the error that we are not let in."""
        return NotPermitted(
            f"{self.product} at {self.http.base_url} answers {status} to {path}: see"
            f" username, password and token of sink {self.name}{self.advice}."
        )

    def _answer(self, method: str, path: str, **asked: Any) -> httpx.Response:
        """Return a whole answer; the client's own time-out is one of each part."""
        deadline = time.monotonic() + self.longest
        parts = []
        with self.http.stream(method, path, **asked) as answer:
            for part in answer.iter_raw():
                parts.append(part)
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("it does not come to an end")
        return httpx.Response(
            answer.status_code, headers=answer.headers, content=b"".join(parts)
        )

    def _good(self, answer: httpx.Response, path: str) -> httpx.Response:
        if answer.is_success:
            return answer
        status = answer.status_code
        if status in FORBIDDEN:
            raise self.refused_to(path, str(status))
        if status in ELSEWHERE or answer.has_redirect_location:
            raise NothingThere(
                f"No {self.product} is at {self.http.base_url}: it answers {status} to"
                f" {path}. See url of sink {self.name}."
            )
        raise Refused(_said(answer))


def _said(answer: httpx.Response) -> str:
    text = answer.text.strip()[:SHOWN]
    return f"status {answer.status_code}" + (f": {text}" if text else "")


def _passes(answer: httpx.Response) -> bool:
    return answer.status_code >= SERVER_ERROR or answer.status_code in PASSING


def _trusted(ca_file: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise NothingThere(
            f"The certificates in {ca_file} cannot be read: {error}."
        ) from error
