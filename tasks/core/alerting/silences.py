"""Silences of Alertmanager, as far as they may concern anomalies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Labels that alerts of anomalies may have; see sql/alerts/alert_labels.sql.
LABELS = frozenset(
    (
        *("alertname", "generator", "anomaly_id", "severity", "kind", "direction"),
        *("charge_kind", "provider", "billing_account_id", "sub_account_id"),
        *("service_name", "region_id", "tag", "rolled_up"),
    )
)


@dataclass(frozen=True, slots=True)
class Silence:
    """One silence; the attributes are the columns of ``ops.silences``."""

    silence_id: str
    matchers: tuple[Mapping[str, object], ...]
    author: str
    reason: str
    starts_at: datetime
    ends_at: datetime


def of_anomalies(told: Iterable[Mapping[str, Any]]) -> list[Silence]:
    """Return the silences that may match an anomaly.

    Args:
        told: All silences, as Alertmanager's API tells them. Those that ask for a label
            that no anomaly has are of other teams.
    """
    return [_silence(one) for one in told if _may_match(one["matchers"])]


def _may_match(matchers: Iterable[Mapping[str, Any]]) -> bool:
    return not any(
        matcher["name"] not in LABELS
        and matcher["value"]
        and not matcher["isRegex"]
        and matcher.get("isEqual", True)
        for matcher in matchers
    )


def _silence(one: Mapping[str, Any]) -> Silence:
    return Silence(
        silence_id=one["id"],
        matchers=tuple(
            {
                "name": matcher["name"],
                "value": matcher["value"],
                "is_regex": matcher["isRegex"],
                "is_equal": matcher.get("isEqual", True),
            }
            for matcher in one["matchers"]
        ),
        author=one["createdBy"],
        reason=one["comment"],
        starts_at=datetime.fromisoformat(one["startsAt"]),
        ends_at=datetime.fromisoformat(one["endsAt"]),
    )
