"""What an event calls for: the scope to optimise, and for which revision."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from tasks.core.detection.people import SCOPE_FILTERS
from tasks.core.response.records import Heard, Unreadable

OPENED, UPDATED, RESOLVED, RETRACTED = (
    f"io.costwarden.anomaly.{what}.v1"
    for what in ("opened", "updated", "resolved", "retracted")
)
FIRING = "io.costwarden.alert.firing.v1"
TYPES = (OPENED, UPDATED, RESOLVED, RETRACTED, FIRING)

# Columns of a scope that are restricted, and to what; None: where the bill names none.
Within = Mapping[str, str | None]

Name = Annotated[str, Field(max_length=2048)]


class _Read(BaseModel):
    """The part that we rely on; a newer sender may say more."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _Scope(_Read):
    provider: Name | None
    billing_account_id: Name | None
    sub_account_id: Name | None
    service_name: Name | None
    region_id: Name | None


class _Anomaly(_Scope):
    anomaly_id: Annotated[str, Field(min_length=1, max_length=512)]
    revision: Annotated[int, Field(ge=1, le=2**31)]
    status: Literal["provisional", "confirmed", "resolved", "retracted"]
    kind: Name
    direction: Name
    charge_kind: Name
    rolled_up: list[Name]
    first_date: Name
    last_date: Name
    actual_cost: Name
    expected_cost: Name


class _Alert(_Read):
    fingerprint: Annotated[str, Field(min_length=1, max_length=512)]
    starts_at: Annotated[AwareDatetime, Field(strict=False)]
    labels: dict[Name, Name]


@dataclass(frozen=True, slots=True)
class Call:
    """A revision of something that may call for an optimisation.

    Attributes:
        event_id: Of the event that told of it.
        event_type: Its type.
        subject: The anomaly's id, or the alert's fingerprint.
        anomaly_id: The anomaly, if it is one.
        revision: Counts an anomaly's changes; of an alert, the microsecond since 1970
            in which it began to fire.
        is_over: Whether there is nothing left to respond to.
        within: The scope; empty when none is named.
        substance: What people are told, as a digest: the same is no change.
        place: Where the event was heard.
        is_pipeline: Whether it is about Costwarden itself.
    """

    event_id: str
    event_type: str
    subject: str
    anomaly_id: str | None
    revision: int
    is_over: bool
    within: Within
    substance: str
    place: str
    is_pipeline: bool = False


def understood(heard: Heard) -> Call | Unreadable | None:
    """Return what an event calls for; None when its type is not ours to answer.

    Examples:
        >>> understood(Heard("t/0@1", "1", "com.example.made", "x", {})) is None
        True
        >>> understood(Heard("t/0@1", "1", FIRING, "x", {})).reason
        'Its data break their promise at fingerprint: Field required.'
    """
    if heard.event_type not in TYPES:
        return None
    try:
        return _alert(heard) if heard.event_type == FIRING else _anomaly(heard)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part)[:80] for part in first["loc"])
        said = f"Its data break their promise at {where}: {first['msg']}."
        return Unreadable(heard.place, said)


def _anomaly(heard: Heard) -> Call:
    told = _Anomaly.model_validate(heard.data)
    parts = told.model_dump(exclude={"anomaly_id", "revision", "status"})
    is_over = told.status in ("resolved", "retracted")
    return Call(
        event_id=heard.event_id,
        event_type=heard.event_type,
        subject=told.anomaly_id,
        anomaly_id=told.anomaly_id,
        revision=told.revision,
        is_over=is_over or heard.event_type in (RESOLVED, RETRACTED),
        within={
            name: getattr(told, name)
            for name in SCOPE_FILTERS
            if name not in told.rolled_up
        },
        substance=_digest(parts),
        place=heard.place,
    )


def _alert(heard: Heard) -> Call:
    told = _Alert.model_validate(heard.data)
    since = told.starts_at - datetime(1970, 1, 1, tzinfo=UTC)
    labels = told.labels
    return Call(
        event_id=heard.event_id,
        event_type=heard.event_type,
        subject=told.fingerprint,
        anomaly_id=None,
        revision=since.days * 86_400_000_000
        + since.seconds * 10**6
        + since.microseconds,
        is_over=False,
        # Prometheus knows no difference between an empty label and none.
        within={name: labels[name] for name in SCOPE_FILTERS if labels.get(name)},
        substance="",
        place=heard.place,
        is_pipeline=labels.get("kind") == "pipeline",
    )


def _digest(parts: Mapping[str, Any]) -> str:
    return hashlib.sha256(repr(sorted(parts.items())).encode()).hexdigest()[:16]
