"""Brings Alertmanager to what the warehouse holds, whatever it held before.

It is asked which alerts it has, so it does not matter what was sent when, by whom, or
whether it lost its data: what is open is sent again by each relay, and what it has of
ours beyond that is ended. A relay that stops lets alerts end by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tasks.core.alerting import alerts, digest, silences
from tasks.core.alerting.alerts import Alert, Links, Over
from tasks.core.alerting.silences import Silence
from tasks.edge.database import queries, warehouse
from tasks.edge.delivery import ledger, silencing
from tasks.edge.delivery.alertmanager_api import Client
from tasks.edge.delivery.contract import StateSink
from tasks.edge.delivery.declaration import Alertmanager
from tasks.edge.people import mutes
from tasks.edge.reporting import digest as days


@dataclass(frozen=True, slots=True)
class State:
    """What the warehouse holds.

    Attributes:
        wanted: Every alert that is to fire, the gravest first.
        known: How each subject stands that an alert may be about.
        now: When it was read.
    """

    wanted: list[Alert]
    known: Mapping[str, Over]
    now: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it.

    Attributes:
        sent: Alerts that were taken.
        refused: Those that were not, and what Alertmanager said.
        silences: Of anomalies, as it has them.
        now: When it was asked for them.
    """

    sent: int
    refused: list[tuple[Alert, str]]
    silences: list[Silence]
    now: datetime


class AlertmanagerSink(StateSink):
    """Sends alerts, and reads silences."""

    def __init__(self, declared: Alertmanager) -> None:
        """Use the declared server."""
        self.declared = declared
        self.links = Links(
            report=declared.report_url,
            prefect=declared.prefect_url,
            runbook=declared.runbook_url,
        )

    def look(self) -> None:
        """Ask nothing: what is open is sent whatever the server has."""

    def load(self, con: warehouse.Connection, now: datetime) -> State:
        """Read what is open, and what is not any more."""
        mutes.refresh(con)
        mutes.label(con)
        ends_at = now + timedelta(hours=self.declared.expire_hours)
        anomalies = [
            alerts.of_anomaly(row, self.links, ends_at)
            for row in queries.rows(con, "alerts/open_anomalies", at=now)
        ]
        budgets = [
            alerts.of_budget(row, self.links, ends_at)
            for row in queries.rows(con, "alerts/open_budgets")
        ]
        known = queries.run(con, "alerts/known", at=now).fetchall()
        return State(
            wanted=[*anomalies, *budgets, *self._digest(con, now)],
            known={subject: Over(how, at) for subject, how, at in known},
            now=now,
        )

    def _digest(self, con: warehouse.Connection, now: datetime) -> list[Alert]:
        if not self.declared.digest:
            return []
        at = days.last_end(self.declared.digest_hour, now)
        lines = digest.lines(days.load(con, at))
        return [alerts.of_digest(lines, at, self.links)] if lines else []

    def send(self, state: State) -> Done:
        """Send what it lacks, and end what it has too much.

        Raises:
            ConfigError: The address or the credentials are wrong.
            SinkUnavailable: It does not work at the moment.
        """
        with Client(self.declared) as client:
            steps = alerts.steps(state.wanted, client.alerts(), state.known, state.now)
            refused = client.post([step.told for step in steps])
            asked_at = datetime.now(UTC)
            told = silences.of_anomalies(client.silences())
        return Done(
            sent=len(steps) - len(refused),
            refused=[(steps[place], reason) for place, reason in refused.items()],
            silences=told,
            now=asked_at,
        )

    def save(self, con: warehouse.Connection, done: Done) -> int:
        """Keep the silences, which other sinks respect; return how much was sent."""
        silencing.remember(con, self.declared.name, done.silences, done.now)
        ledger.refuse(
            con,
            self.declared.name,
            {step.event_id: reason for step, reason in done.refused if step.event_id},
            done.now,
        )
        return done.sent
