"""Brings VictoriaMetrics to the daily figures that the warehouse holds.

Samples that are there cannot be changed: of two at one time, 1.79 keeps both, or with
deduplication either. So a series whose past has changed is deleted and sent as a whole;
one that only grew gets its new days. The server is asked what it has of each series, so
that what it lost, or what a relay that was killed left half-done, is made good.

All of this is left out while the warehouse holds what it held, on the same day, and the
server has as many samples with the same sums as it had then.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path

from tasks.core.errors import SinkUnavailable, UnknownSetting
from tasks.core.figures import health, retention, series
from tasks.core.figures.health import GAUGES, Gauge
from tasks.core.figures.series import DAILY, Figure, Held, Sent
from tasks.core.findings.anomalies import stable_id
from tasks.edge.database import snapshot
from tasks.edge.database.warehouse import Connection
from tasks.edge.delivery import sent_figures
from tasks.edge.delivery.contract import StateSink
from tasks.edge.delivery.declaration import VictoriaMetrics
from tasks.edge.delivery.victoriametrics_api import Client
from tasks.edge.reporting import figures
from tasks.edge.reporting import health as pipeline
from tasks.edge.settings import Settings

# Samples of one request.
BATCH = 100_000

# Written down before anything is sent, so that nothing is left behind after a crash.
NOT_YET = Sent(0, "")


@dataclass(frozen=True, slots=True)
class State:
    """What the warehouse holds.

    Attributes:
        is_shown: The server has the figures already.
        loaded: Daily figures; None before they were worked out.
        fingerprint: What they follow from.
        gauges: How the pipeline stands now.
        sent: What the server was sent before, by key.
        now: When it was read.
    """

    is_shown: bool
    fingerprint: str
    gauges: list[Gauge]
    now: datetime
    loaded: figures.Loaded | None = None
    sent: Mapping[str, Sent] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it.

    Attributes:
        has: All that the server has now, or may have again, by key.
        gone: Keys of what it had no longer before.
        samples: How many were sent.
        fingerprint: What the figures follow from; None where nothing was compared.
        held: What the server has of them in all.
    """

    has: dict[str, Sent]
    gone: list[str]
    samples: int
    fingerprint: str | None = None
    held: Held | None = None


class VictoriaMetricsSink(StateSink):
    """Sends daily figures, and how the pipeline stands."""

    def __init__(self, settings: Settings, declared: VictoriaMetrics) -> None:
        """Use the declared server.

        Raises:
            UnknownSetting: A label of the sink's is one of the figures'.
        """
        own = {*chain(*DAILY.values(), *(one.labels for one in GAUGES.values()))}
        if taken := own & declared.labels.keys():
            raise UnknownSetting(
                f"Sink {declared.name}: figures have a label {min(taken)} of their own."
            )
        self.settings = settings
        self.declared = declared
        self.remarks: list[str] = []
        self.seen: Held | None = None
        place = stable_id([declared.name])[:8]
        self.copy = Path(f"{settings.database}.figures-{place}")

    def look(self) -> None:
        """Ask how many samples the server has, and what they sum to."""
        with Client(self.declared) as client:
            self.seen = client.held_in_all(DAILY, datetime.now(UTC).timestamp())

    def load(self, con: Connection, now: datetime) -> State:
        """Read how the pipeline stands; copy the warehouse where figures are due."""
        fingerprint = figures.fingerprint(
            con, now, repr((self.settings.detect, self.declared))
        )
        is_shown = self._is_shown(con, fingerprint)
        if not is_shown:
            snapshot.take(self.settings.database, self.copy)
        gauges = pipeline.load(con, self.settings, now)
        return State(is_shown, fingerprint, gauges, now)

    def work_out(self, state: State) -> State | None:
        """Read the figures from the copy."""
        if state.is_shown:
            return None
        with snapshot.opened(self.copy) as con:
            loaded = figures.load(
                con, self.settings.detect, state.now, self.declared.max_series
            )
        return replace(state, loaded=loaded)

    def announce(self, con: Connection, state: State) -> State:
        """Write down what may be sent; read what the server was or may have been sent.

        Whatever else the warehouse has learnt meanwhile is left to the next time.
        """
        con.execute(
            "DELETE FROM ops.shown_figures WHERE sink = $sink",
            {"sink": self.declared.name},
        )
        if state.loaded is not None:
            announced = dict.fromkeys(_keys(state.loaded), NOT_YET)
            sent_figures.remember(con, self.declared.name, announced, "IGNORE")
        return replace(state, sent=sent_figures.known(con, self.declared.name))

    def send(self, state: State) -> Done:
        """Send what the server lacks, after deleting what is wrong there.

        Raises:
            ConfigError: The address or the credentials are wrong.
            SinkUnavailable: It does not work, or has not kept what it took.
        """
        wanted = self._wanted(state.loaded, state.now) if state.loaded else {}
        with Client(self.declared) as client:
            client.write_lines(
                health.line(gauge, state.now, self.declared.labels)
                for gauge in state.gauges
            )
            if state.loaded is None:
                return Done({}, [], 0)
            wanted = self._within(client, wanted, state.now)
            names = {figure.metric for figure in wanted.values()}
            names |= {_parsed(key)[0] for key in state.sent}
            metrics = [metric for metric in DAILY if metric in names]
            client.flush()
            held = client.held(metrics, state.now.timestamp())
            steps = series.steps(wanted, state.sent, held)
            client.delete([_parsed(key) for key in steps.delete])
            for batch in series.batches(steps.send, BATCH):
                client.write(batch)
            if steps.send or steps.delete:
                _check(client.lacks(wanted, metrics, state.now.timestamp()))
            in_all = client.held_in_all(DAILY, state.now.timestamp())
        has = {key: Sent(len(figure), figure.digest) for key, figure in wanted.items()}
        return Done(
            # A server that is killed has again what it has just deleted.
            has=dict.fromkeys(steps.delete, NOT_YET) | has,
            gone=[key for key in state.sent if key not in wanted and key not in held],
            samples=sum(len(figure) for figure in steps.send),
            fingerprint=state.fingerprint,
            held=in_all,
        )

    def save(self, con: Connection, done: Done) -> int:
        """Remember what the server has; return how many samples were sent."""
        if done.held is None:
            return 0
        sent_figures.forget(con, self.declared.name, done.gone)
        sent_figures.remember(con, self.declared.name, done.has, "REPLACE")
        con.execute(
            "INSERT OR REPLACE INTO ops.shown_figures"
            " (sink, fingerprint, samples, total, squares)"
            " VALUES ($sink, $fingerprint, $samples, $total, $squares)",
            {"sink": self.declared.name, "fingerprint": done.fingerprint}
            | asdict(done.held),
        )
        return done.samples

    def _is_shown(self, con: Connection, fingerprint: str) -> bool:
        """Return whether the server has what it had when it was shown the same."""
        row = con.execute(
            "SELECT samples, total, squares FROM ops.shown_figures"
            " WHERE sink = $sink AND fingerprint = $fingerprint",
            {"sink": self.declared.name, "fingerprint": fingerprint},
        ).fetchone()
        return (
            row is not None and self.seen is not None and Held(*row).agrees(self.seen)
        )

    def _wanted(self, loaded: figures.Loaded, now: datetime) -> dict[str, Figure]:
        """Return what the server is to hold if it keeps everything, by key."""
        if len(loaded.named) < loaded.scopes:
            self.remarks.append(
                f"{loaded.scopes - len(loaded.named)} of {loaded.scopes} series are"
                " summed as other, by provider and currency: max_series is"
                f" {self.declared.max_series}."
            )
        tomorrow = _day(now.date()) + 1
        return {
            figure.key: figure.until(tomorrow)
            for figure in (
                *loaded.figures,
                *figures.expected(loaded, self.settings.detect),
            )
        }

    def _within(
        self, client: Client, wanted: dict[str, Figure], now: datetime
    ) -> dict[str, Figure]:
        """Leave out what the server would take and drop, and say so."""
        kept = client.kept_days()
        if kept is not None:
            first = retention.first_kept(now.date(), kept)
            lost = sum(
                len(one) - len(one.since(_day(first))) for one in wanted.values()
            )
            if lost:
                self.remarks.append(
                    f"{lost} figures of days before {first} are left out: the server"
                    f" keeps {kept:.0f} days. Start it with -retentionPeriod=5y."
                )
                wanted = {key: one.since(_day(first)) for key, one in wanted.items()}
        return {key: one for key, one in wanted.items() if len(one)}


def _check(wrong: list[Figure]) -> None:
    """Make sure that nothing is missing, or otherwise than it was sent.

    Raises:
        SinkUnavailable: It is, though the server took it.
    """
    if wrong:
        oldest = min(int(one.days[0]) for one in wrong)
        raise SinkUnavailable(
            f"VictoriaMetrics took {len(wrong)} series that it does not have as they"
            f" were sent, such as {wrong[0].key}; the oldest day is"
            f" {figures.EPOCH + timedelta(days=oldest)}. See its -retentionPeriod, and"
            " whether another warehouse sends the same series."
        )


def _keys(loaded: figures.Loaded) -> Iterator[str]:
    """Yield the keys of all that may be sent, expectations too."""
    for figure in loaded.figures:
        yield figure.key
        if figure.metric == "cost_daily":
            for metric in figures.EXPECTED:
                yield replace(figure, metric=metric).key


def _parsed(key: str) -> tuple[str, dict[str, str]]:
    metric, labels = json.loads(key)
    return metric, labels


def _day(day: date) -> int:
    return (day - figures.EPOCH).days
