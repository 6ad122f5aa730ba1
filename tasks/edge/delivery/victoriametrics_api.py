"""VictoriaMetrics' HTTP API (a single node), as far as a relay needs it."""

import gzip
import re
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self

import httpx

from tasks.core.errors import NothingThere, NotPermitted, SinkUnavailable
from tasks.core.figures import retention
from tasks.core.figures.series import Figure, Held, key_of, matching, selector
from tasks.edge.delivery.declaration import VictoriaMetrics
from tasks.edge.secrets import resolve

# Waited before each further try; the relay itself tries again after minutes.
PAUSES = (0.5, 2.0)
# Series deleted by one request.
AT_ONCE = 100
# What passes: too many requests, and whatever is the server's own fault.
PASSING = (408, 425, 429)
SERVER_ERROR = 500

# One month: what the server keeps when nobody says otherwise.
USUAL_RETENTION = "1"
RETENTION = re.compile(r'^-retentionPeriod="?([^"\s]+)"?$', re.MULTILINE)
VERSION = re.compile(
    r'^vm_app_version\{version="(?P<long>[^"]*)", short_version="(?P<short>[^"]*)"',
    re.MULTILINE,
)

# Samples may lie a day ahead, at 00:00 UTC.
AHEAD_SECONDS = 2 * 86_400
# Longer than any cloud bills; a window that begins before 1970 finds nothing.
EVER = "10000d"


class Client:
    """A connection, used as a context; every failure is one of our own errors."""

    def __init__(self, declared: VictoriaMetrics) -> None:
        """Look secrets up; connect to nothing yet.

        Raises:
            NothingThere: A secret, or the file of certificates, is not where the
                settings say.
        """
        self.name = declared.name
        self.marks = declared.labels
        headers = {}
        auth = None
        if declared.token:
            headers["Authorization"] = f"Bearer {resolve(declared.token)}"
        elif declared.username and declared.password:
            auth = httpx.BasicAuth(declared.username, resolve(declared.password))
        self.http = httpx.Client(
            base_url=declared.url.rstrip("/"),
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
        """Return which VictoriaMetrics it is."""
        found = VERSION.search(self._ask("GET", "/metrics").text)
        if not found:
            raise SinkUnavailable(
                f"{self.http.base_url} does not answer as VictoriaMetrics does."
            )
        # Debian's own builds have neither.
        return found["short"] or found["long"] or "of an unnamed version"

    def kept_days(self) -> float | None:
        """Return how long it keeps samples; None where it does not say."""
        try:
            flags = self._ask("GET", "/flags").text
        except (NotPermitted, NothingThere):
            return None
        found = RETENTION.search(flags)
        return retention.days(found[1] if found else USUAL_RETENTION)

    def held(self, metrics: Iterable[str], now: float) -> dict[str, Held]:
        """Return what it has of every series of these metrics, by key."""
        found: dict[str, Held] = {}
        for metric in metrics:
            samples = self._rolled("count_over_time", metric, now)
            totals = self._rolled("sum_over_time", metric, now)
            squares = self._rolled("sum2_over_time", metric, now)
            for key, count in samples.items():
                held = Held(int(count), totals.get(key, 0), squares.get(key, 0))
                found[key] = held
        return found

    def write(self, figures: Sequence[Figure]) -> None:
        """Send figures; they are visible after ``flush``."""
        self.write_lines(figure.line(self.marks) for figure in figures)

    def write_lines(self, lines: Iterable[str]) -> None:
        """Send lines as the import API takes them."""
        body = gzip.compress("\n".join(lines).encode(), compresslevel=1)
        self._ask(
            "POST",
            "/api/v1/import",
            content=body,
            headers={"Content-Encoding": "gzip"},
        )

    def delete(self, figures: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        """Delete series, by metric and labels; call ``flush`` before.

        What is not visible yet would stay.
        """
        wanted = [
            selector(metric, {**labels, **self.marks}) for metric, labels in figures
        ]
        for first in range(0, len(wanted), AT_ONCE):
            self._ask(
                "POST",
                "/api/v1/admin/tsdb/delete_series",
                data={"match[]": wanted[first : first + AT_ONCE]},
            )

    def flush(self) -> None:
        """Make what was sent visible to queries, and let no answer be remembered.

        By itself it becomes visible after ten seconds or so.
        """
        self._ask("GET", "/internal/force_flush")
        with suppress(NotPermitted):  # remembered answers go by themselves, later
            self._ask("GET", "/internal/resetRollupResultCache")

    def _rolled(self, rollup: str, metric: str, now: float) -> dict[str, float]:
        query = f"{rollup}({matching(metric, self.marks)}[{EVER}])"
        last = int(now) + AHEAD_SECONDS
        asked = {"query": query, "time": str(last), "nocache": "1"}
        answer = self._ask("POST", "/api/v1/query", data=asked)
        try:
            rows: list[Any] = answer.json()["data"]["result"]
            return {
                key_of(metric, self._unmarked(row["metric"])): float(row["value"][1])
                for row in rows
            }
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise SinkUnavailable(
                f"{self.http.base_url} does not answer as VictoriaMetrics does: {error}"
            ) from error

    def _unmarked(self, labels: Mapping[str, str]) -> dict[str, str]:
        return {k: v for k, v in labels.items() if k not in self.marks}

    def _ask(self, method: str, path: str, **asked: Any) -> httpx.Response:
        """Return a good answer; wait and try again while there is hope."""
        for pause in (*PAUSES, None):
            try:
                answer = self.http.request(method, path, **asked)
            except httpx.TransportError as error:
                problem = f"{type(error).__name__}: {error}"
            else:
                if not _passes(answer):
                    return self._good(answer, path)
                problem = f"status {answer.status_code}: {answer.text.strip()[:300]}"
            if pause is not None:
                time.sleep(pause)
        raise SinkUnavailable(
            f"VictoriaMetrics at {self.http.base_url} does not work: {problem}."
        )

    def _good(self, answer: httpx.Response, path: str) -> httpx.Response:
        if answer.is_success:
            return answer
        status = answer.status_code
        if status in (401, 403) or "authKey" in answer.text:
            raise NotPermitted(
                f"VictoriaMetrics at {self.http.base_url} answers {status} to {path}:"
                f" see username, password and token of sink {self.name}, and the"
                " server's own -*AuthKey flags, which it must not have for this."
            )
        if status in (404, 405) or answer.has_redirect_location:
            raise NothingThere(
                f"No VictoriaMetrics is at {self.http.base_url}: it answers {status} to"
                f" {path}. See url of sink {self.name}."
            )
        raise SinkUnavailable(
            f"VictoriaMetrics at {self.http.base_url} answers {status} to {path}:"
            f" {answer.text.strip()[:500]}"
        )


def _passes(answer: httpx.Response) -> bool:
    return answer.status_code >= SERVER_ERROR or answer.status_code in PASSING


def _trusted(ca_file: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise NothingThere(
            f"The certificates in {ca_file} cannot be read: {error}."
        ) from error
