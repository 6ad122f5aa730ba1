"""VictoriaMetrics' HTTP API (a single node), as far as a relay needs it."""

import gzip
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

import httpx

from tasks.core.errors import NothingThere, NotPermitted, SinkUnavailable
from tasks.core.figures import retention
from tasks.core.figures.series import (
    Figure,
    Held,
    key_of,
    matching,
    quoted,
    selector,
)
from tasks.edge.delivery.declaration import VictoriaMetrics
from tasks.edge.delivery.http import Refused, Server

# Series deleted by one request.
AT_ONCE = 100

# Seconds waited before each look at what was sent.
VISIBLE_AFTER = (0.0, 0.5, 2.0, 4.0)

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


class Client(Server):
    """A connection to one VictoriaMetrics, and to the series of one warehouse there."""

    product = "VictoriaMetrics"
    advice = ", and the server's own -*AuthKey flags, which it must not have for this"

    def __init__(self, declared: VictoriaMetrics) -> None:
        """Look secrets up; connect to nothing yet."""
        super().__init__(declared)
        self.marks = declared.labels

    def version(self) -> str:
        """Return which VictoriaMetrics it is."""
        found = VERSION.search(self._ask("GET", "/metrics").text)
        if not found:
            raise self.stranger("it tells no version")
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

    def lacks(
        self, wanted: Mapping[str, Figure], metrics: Sequence[str], now: float
    ) -> list[Figure]:
        """Return what it does not show as it was sent, after some patience.

        A busy server may show new series a moment after it was told to flush.
        """
        wrong = list(wanted.values())
        for pause in VISIBLE_AFTER:
            time.sleep(pause)
            self.flush()
            held = self.held(metrics, now)
            wrong = [one for one in wrong if not _shows(held, one)]
            if not wrong:
                break
        return wrong

    def held_in_all(self, metrics: Iterable[str], now: float) -> Held:
        """Return what it has of all series of these metrics together."""
        names = "|".join(metrics)
        marks = "".join(f",{name}={quoted(text)}" for name, text in self.marks.items())
        matched = _anew(f'{{__name__=~"{names}"{marks}}}') + f"[{EVER}]"
        samples, total, squares = (
            self._single(f"sum({rollup}({matched}) keep_metric_names)", now)
            for rollup in ("count_over_time", "sum_over_time", "sum2_over_time")
        )
        return Held(int(samples), total, squares)

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
            _anew(selector(metric, {**labels, **self.marks}))
            for metric, labels in figures
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
        query = f"{rollup}({_anew(matching(metric, self.marks))}[{EVER}])"
        return {
            key_of(metric, self._unmarked(labels)): value
            for labels, value in self._values(query, now)
        }

    def _single(self, query: str, now: float) -> float:
        """Return the only value; there is none where there are no samples."""
        return sum(value for _, value in self._values(query, now))

    def _values(self, query: str, now: float) -> list[tuple[dict[str, str], float]]:
        last = int(now) + AHEAD_SECONDS
        asked = {"query": query, "time": str(last), "nocache": "1"}
        answer = self._ask("POST", "/api/v1/query", data=asked)
        try:
            rows: list[Any] = answer.json()["data"]["result"]
            return [(row["metric"], float(row["value"][1])) for row in rows]
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise self.stranger(str(error)) from error

    def _unmarked(self, labels: Mapping[str, str]) -> dict[str, str]:
        return {k: v for k, v in labels.items() if k not in self.marks}

    def _ask(self, method: str, path: str, **asked: Any) -> httpx.Response:
        try:
            return self.ask(method, path, **asked)
        except Refused as error:
            if "authKey" in str(error):
                raise self.refused_to(path, str(error)) from error
            raise SinkUnavailable(
                f"{self.product} at {self.http.base_url} answers {path} with {error}"
            ) from error


def _anew(selected: str) -> str:
    """Return a selector that finds the same, and that was never asked before.

    For a second or more, and whatever it is told to flush, the server remembers which
    series a selector found: what came since would be neither seen nor deleted.
    """
    return selected.replace("{", f'{{asked!="{uuid4().hex}",', 1)


def _shows(held: Mapping[str, Held], figure: Figure) -> bool:
    return figure.key in held and figure.is_held(held[figure.key])
