"""What Alertmanager tells a webhook, as events.

An alert that fires is told again and again, by each group it is in and by each
Alertmanager of a cluster. Its event follows from its fingerprint and from when it began
or ended alone, so that all of them tell the same.

Source:
    Prometheus, "Alerting: Configuration", webhook_config, payload version 4.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from tasks.core.events import Event, event

# The label of alerts that are ours: as events they came from here already.
GENERATOR, OURS = "generator", "costwarden"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Told(BaseModel):
    """The part that we rely on; a newer Alertmanager may say more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Alert(_Told):
    """One alert as a notification tells of it."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str] = Field(min_length=1)
    annotations: dict[str, str] = {}
    starts_at: AwareDatetime = Field(alias="startsAt")
    ends_at: AwareDatetime = Field(alias="endsAt")
    generator_url: str = Field("", alias="generatorURL")
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{1,16}$")]

    @field_validator("starts_at", "ends_at")
    @classmethod
    def in_utc(cls, time: datetime) -> datetime:
        """Write times one way: others tell the same moment in their own zone."""
        return time.astimezone(UTC)

    @property
    def is_ours(self) -> bool:
        """Whether Costwarden raised it."""
        return self.labels.get(GENERATOR) == OURS

    @property
    def event(self) -> Event:
        """The event that tells of it.

        Its revision is the microsecond since 1970 in which it began to fire, or ended.
        """
        is_firing = self.status == "firing"
        moment = self.starts_at if is_firing else self.ends_at
        since = moment - EPOCH
        return event(
            f"alert.{self.status}",
            self.fingerprint,
            (since.days * 86_400 + since.seconds) * 10**6 + since.microseconds,
            moment,
            {
                "fingerprint": self.fingerprint,
                "status": self.status,
                "alertname": self.labels.get("alertname", ""),
                "severity": self.labels.get("severity"),
                "starts_at": self.starts_at,
                "ends_at": None if is_firing else self.ends_at,
                "labels": dict(sorted(self.labels.items())),
                "annotations": dict(sorted(self.annotations.items())),
                "generator_url": self.generator_url,
            },
        )


class Notification(_Told):
    """What one call of the webhook tells.

    Attributes:
        truncated: Alerts that were left out, since ``max_alerts`` is set.
    """

    version: Literal["4"]
    alerts: tuple[Alert, ...]
    truncated: int = Field(0, ge=0, alias="truncatedAlerts")

    @property
    def events(self) -> list[Event]:
        """Events of all alerts but ours; each once."""
        told = (alert.event for alert in self.alerts if not alert.is_ours)
        return list({one.event_id: one for one in told}.values())


def read(body: bytes) -> Notification | Sequence[str]:
    """Return the notification, or what is wrong with it; its values are not repeated.

    Examples:
        >>> read(b'{"version": "3", "alerts": []}')
        ["version: Input should be '4'"]
    """
    try:
        found = Notification.model_validate_json(body)
        # Half a surrogate pair is JSON, but no text that could be sent on.
        found.model_dump_json()
    except ValidationError as error:
        return [
            f"{'.'.join(str(part)[:80] for part in one['loc']) or 'body'}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False)[:5]
        ]
    except ValueError:
        return ["body: Some text is no Unicode"]
    return found
