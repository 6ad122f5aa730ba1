"""Alerts as Alertmanager takes them, and how it is brought to what is wanted.

An alert is its labels: others are another alert. Those of an anomaly are made by
``sql/alerts/alert_labels.sql`` and stay, but for the severity, which only rises. When
it does, the alert of the lower one is ended and that of the higher begins; the rules
in ``deployments/alertmanager/`` keep the first from being told as the end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tasks.core.attribution import members
from tasks.core.reporting import wording

GENERATOR = "costwarden"
ANOMALY, BUDGET, DIGEST = "CostAnomaly", "CostBudget", "CostDigest"

# Longest label value and annotation, in characters: bills may hold texts of any length.
LABEL, ANNOTATION = 256, 2_000

BUDGET_SEVERITIES = {"at_risk": "medium", "breached": "high"}
SCOPE = (
    *("provider", "billing_account_id", "sub_account_id"),
    *("service_name", "region_id", "charge_kind"),
)
SHOWN = ("service_name", "sub_account_id", "region_id", "provider")

ENDED = {
    "resolved": "It is over.",
    "normal": "It goes on, and has become normal.",
    "retracted": "It was taken back: by a newer bill, or as a false alarm.",
    "recovered": "It is no longer at risk.",
    "muted": "It is muted, not over: see costwarden mute.",
}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert.

    Attributes:
        labels: What it is; none is empty.
        annotations: What is told of it.
        starts_at: Since when.
        ends_at: When it is over unless it is sent again before, or was over.
        link: Where more of it stands; empty where that is not known.
        event_id: Event of the outbox that told of it last; empty for a digest.
    """

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    link: str = ""
    event_id: str = ""

    @property
    def key(self) -> frozenset[tuple[str, str]]:
        """Tells it from other alerts."""
        return frozenset(self.labels.items())

    @property
    def told(self) -> dict[str, object]:
        """It as the API takes it."""
        plain: dict[str, object] = {
            "labels": dict(self.labels),
            "annotations": dict(self.annotations),
            "startsAt": _written(self.starts_at),
            "endsAt": _written(self.ends_at),
        }
        return plain | ({"generatorURL": self.link} if self.link else {})


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses that settings give; empty ones are left out of alerts.

    Attributes:
        report: The HTML report.
        prefect: Prefect's UI.
        runbook: What to do about an alert.
    """

    report: str = ""
    prefect: str = ""
    runbook: str = ""

    def to(self, run_id: str | None) -> dict[str, str]:
        """Return the annotations that lead elsewhere."""
        base = self.prefect.rstrip("/")
        run = f"{base}/runs/flow-run/{run_id}" if base and run_id else ""
        found = {
            "report_url": self.report,
            "run_url": run,
            "runbook_url": self.runbook,
        }
        return {name: url for name, url in found.items() if url}


@dataclass(frozen=True, slots=True)
class Over:
    """How a subject of ours stands.

    Attributes:
        how: A key of ``ENDED``; None while it lasts.
        at: Since when it is over.
    """

    how: str | None = None
    at: datetime | None = None


def of_anomaly(row: Row, links: Links, ends_at: datetime) -> Alert:
    """Return the alert of a row of ``alerts/open_anomalies``.

    Its beginning is the first day (UTC) of which it tells.
    """
    currency = row["billing_currency"]
    percent = wording.percent(row["impact_pct"])
    impact = wording.money(row["impact"], currency, signed=True)
    told = {
        "title": f"{impact} · {scope(row)}",
        "summary": row["explanation"],
        "impact": f"{impact} ({percent})" if percent else impact,
        "actual": wording.money(row["actual_cost"], currency),
        "expected": wording.money(row["expected_cost"], currency),
        "days": wording.days(row["first_date"], row["last_date"]),
        "kind": row["kind"].replace("_", " "),
        "status": row["status"],
        "top_driver": _driver(row),
    }
    return Alert(
        labels=row["labels"],
        annotations=_kept(told, ANNOTATION) | links.to(row["run_id"]),
        starts_at=_midnight(row["first_date"]),
        ends_at=ends_at,
        link=links.report,
        event_id=row["event_id"],
    )


def of_budget(row: Row, links: Links, ends_at: datetime) -> Alert:
    """Return the alert of a row of ``alerts/open_budgets``."""
    currency = row["billing_currency"]
    labels = {
        "alertname": BUDGET,
        "generator": GENERATOR,
        "budget_id": row["budget_id"],
        "budget": row["name"],
        "severity": BUDGET_SEVERITIES[row["status"]],
        **{name: row[name] for name in SCOPE},
    }
    state = "is breached" if row["status"] == "breached" else "is at risk"
    told = {
        "title": f"Budget {row['name']} {state}",
        "summary": row["summary"],
        "budget": wording.money(row["amount"], currency),
        "actual": wording.money(row["actual_cost"], currency),
        "expected": wording.money(row["expected_cost"], currency),
        "days": wording.days(row["first_date"], row["last_date"]),
        "status": row["status"].replace("_", " "),
        "probability": f"{100 * row['probability_of_breach']:.0f}%",
    }
    return Alert(
        labels=_kept(labels, LABEL),
        annotations=_kept(told, ANNOTATION) | links.to(None),
        starts_at=row["since_at"],
        ends_at=ends_at,
        link=links.report,
        event_id=row["event_id"],
    )


def of_digest(lines: Sequence[str], at: datetime, links: Links) -> Alert:
    """Return the alert that brings a digest; it lasts until the next day's."""
    labels = {
        "alertname": DIGEST,
        "generator": GENERATOR,
        "severity": "info",
        "date": at.date().isoformat(),
    }
    told = {"title": lines[0], "summary": lines[0], "digest": "\n".join(lines)}
    annotations = told | links.to(None)
    return Alert(labels, annotations, at, at + timedelta(days=1), links.report)


def scope(row: Row) -> str:
    """Write where an anomaly is, the service first, and what moved there from where."""
    where = wording.scope(row[name] for name in SHOWN)
    origin = row["moved_from"]
    if origin is None:
        return where
    other = (name for name, member in origin.items() if member != row[name])
    return f"from {wording.scope(origin[name] for name in other)} to {where}"


def steps(
    wanted: Iterable[Alert],
    there: Iterable[Row],
    known: Mapping[str, Over],
    now: datetime,
) -> list[Alert]:
    """Return what has to be sent so that Alertmanager holds what is wanted.

    New alerts begin when they are first sent, and get their own beginning when they are
    sent again: of one that began earlier Alertmanager tells at once, before it has seen
    those that belong to the same notification.

    Args:
        wanted: Every alert that is to fire, the gravest first.
        there: The alerts that Alertmanager has, as its API tells them.
        known: How every subject of the warehouse stands. Alerts about others belong to
            somebody else and are left alone.
        now: The time.
    """
    held = {frozenset(one["labels"].items()): one for one in there}
    firing = [
        alert if alert.key in held else replace(alert, starts_at=now)
        for alert in wanted
    ]
    keys = {alert.key: alert for alert in firing}
    severities = {subject(alert.labels): alert.labels["severity"] for alert in firing}
    ended = [
        _ended(one, known[subject(one["labels"])], severities, now)
        for key, one in held.items()
        if key not in keys and subject(one["labels"]) in known
    ]
    return [*firing, *ended]


def subject(labels: Mapping[str, str]) -> str:
    """Return the id of what an alert of ours is about; empty if it is not ours."""
    if labels.get("generator") != GENERATOR:
        return ""
    name = {ANOMALY: "anomaly_id", BUDGET: "budget_id"}.get(labels["alertname"], "")
    return labels.get(name, "")


def _ended(one: Row, over: Over, severities: Mapping[str, str], now: datetime) -> Alert:
    """Return the end of an alert, not before its beginning and not after now."""
    labels = one["labels"]
    risen = severities.get(subject(labels))
    why = f"It goes on as {risen}." if risen else ENDED.get(over.how or "", "")
    starts_at = min(datetime.fromisoformat(one["startsAt"]), now)
    at = over.at if over.at and not risen else now
    return Alert(
        labels=labels,
        annotations=one["annotations"] | _kept({"ended": why}, ANNOTATION),
        starts_at=starts_at,
        ends_at=min(max(at, starts_at), now),
        link=one.get("generatorURL", ""),
    )


def _driver(row: Row) -> str:
    if row["driver_impact"] is None:
        return ""
    amount = wording.money(row["driver_impact"], row["billing_currency"], signed=True)
    where = members.called(row["dimension"], row["member"])
    return f"{row['effect']} of {where}: {amount}"


def _kept(texts: Mapping[str, str | None], length: int) -> dict[str, str]:
    """Return the texts that say something, none longer than it may be."""
    return {name: text[:length] for name, text in texts.items() if text}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
