"""Alertmanager's API v2, as far as a relay needs it."""

import ssl
import time
from collections.abc import Sequence
from typing import Any, Self

import httpx

from tasks.core.errors import NothingThere, NotPermitted, SinkUnavailable
from tasks.edge.delivery.declaration import Alertmanager
from tasks.edge.secrets import resolve

# Of one request. A batch of this size has less than a megabyte.
BATCH = 200
# Waited before each further try; the relay itself tries again after minutes.
PAUSES = (0.5, 2.0)

FORBIDDEN = (401, 403)
# What passes: too many requests, and whatever is the server's own fault.
PASSING = (408, 425, 429)
SERVER_ERROR = 500
NOT_FOUND = 404

Plain = dict[str, Any]


class Refused(Exception):
    """It will not take what was sent; the message is its own."""


class Client:
    """A connection, used as a context; every failure is one of our own errors."""

    def __init__(self, declared: Alertmanager) -> None:
        """Look secrets up; connect to nothing yet.

        Raises:
            NothingThere: A secret, or the file of certificates, is not where the
                settings say.
        """
        self.name = declared.name
        headers = {}
        auth = None
        if declared.token:
            headers["Authorization"] = f"Bearer {resolve(declared.token)}"
        elif declared.username and declared.password:
            auth = httpx.BasicAuth(declared.username, resolve(declared.password))
        self.http = httpx.Client(
            base_url=f"{declared.url.rstrip('/')}/api/v2",
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

    def version(self) -> str:
        """Return which Alertmanager it is."""
        try:
            return str(self._json("/status")["versionInfo"]["version"])
        except (KeyError, TypeError) as error:
            raise self._stranger("it tells no version") from error

    def alerts(self) -> list[Plain]:
        """Return the alerts of Costwarden that fire, silenced ones too."""
        return self._list("/alerts", params={"filter": 'generator="costwarden"'})

    def silences(self) -> list[Plain]:
        """Return all silences, those that are over too."""
        return self._list("/silences")

    def post(self, alerts: Sequence[Plain]) -> dict[int, str]:
        """Send alerts, and return the reasons for those that it will not take.

        A batch that is refused is halved until the ones at fault are alone. Sending an
        alert twice changes nothing.

        Returns:
            What Alertmanager says, by the alert's place.
        """
        refused: dict[int, str] = {}
        for first in range(0, len(alerts), BATCH):
            refused |= self._post(alerts, range(len(alerts))[first : first + BATCH])
        return refused

    def _post(self, alerts: Sequence[Plain], places: range) -> dict[int, str]:
        try:
            self._ask("POST", "/alerts", json=[alerts[place] for place in places])
        except Refused as error:
            if len(places) == 1:
                return {places[0]: str(error)}
            half = len(places) // 2
            return self._post(alerts, places[:half]) | self._post(alerts, places[half:])
        return {}

    def _list(self, path: str, **asked: Any) -> list[Plain]:
        found = self._json(path, **asked)
        if not isinstance(found, list):
            raise self._stranger(f"{path} is no list")
        return found

    def _json(self, path: str, **asked: Any) -> Any:
        try:
            return self._ask("GET", path, **asked).json()
        except (ValueError, Refused) as error:
            raise self._stranger(str(error)) from error

    def _stranger(self, why: str) -> SinkUnavailable:
        return SinkUnavailable(
            f"What is at {self.http.base_url} does not answer as Alertmanager: {why}"
        )

    def _ask(self, method: str, path: str, **asked: Any) -> httpx.Response:
        """Return a good answer; wait and try again while there is hope."""
        for pause in (*PAUSES, None):
            try:
                answer = self.http.request(method, path, **asked)
            except httpx.TransportError as error:
                problem = f"{type(error).__name__}: {error}"
            else:
                if not _passes(answer):
                    return self._good(answer)
                problem = f"status {answer.status_code}"
            if pause is not None:
                time.sleep(pause)
        raise SinkUnavailable(
            f"Alertmanager at {self.http.base_url} does not work: {problem}."
        )

    def _good(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            return answer
        status = answer.status_code
        if status in FORBIDDEN:
            raise NotPermitted(
                f"Alertmanager at {self.http.base_url} answers {status}: see username,"
                f" password and token of sink {self.name}."
            )
        if status == NOT_FOUND or answer.has_redirect_location:
            raise NothingThere(
                f"No Alertmanager is at {self.http.base_url}: it answers {status}. See"
                f" url of sink {self.name}."
            )
        raise Refused(f"status {status}: {answer.text.strip()[:500]}")


def _passes(answer: httpx.Response) -> bool:
    return answer.status_code >= SERVER_ERROR or answer.status_code in PASSING


def _trusted(ca_file: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise NothingThere(
            f"The certificates in {ca_file} cannot be read: {error}."
        ) from error
