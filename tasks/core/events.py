"""CloudEvents 1.0: what changed, told once.

The id of an event follows from its type, subject and revision. Whoever says the same
thing twice says it under the same id, and each consumer can recognise the repeat.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

PREFIX = "io.costwarden."
# deployments/events/<noun>.v1.schema.json describes the data of every event of a noun.
SCHEMAS = "urn:costwarden:event:"


@dataclass(frozen=True, slots=True)
class Event:
    """One CloudEvent, as the outbox keeps it.

    Attributes:
        event_id: Deterministic id.
        event_type: For example ``io.costwarden.anomaly.opened.v1``.
        subject: Anomaly, recommendation or workflow that it is about.
        revision: Revision of the subject.
        occurred_at: When it happened.
        payload: The whole event in the CloudEvents JSON format.
    """

    event_id: str
    event_type: str
    subject: str
    revision: int
    occurred_at: datetime
    payload: str


def event(
    event_type: str,
    subject: str,
    revision: int,
    occurred_at: datetime,
    data: Mapping[str, object],
) -> Event:
    """Return the CloudEvent that tells of one revision of one subject.

    Args:
        event_type: ``<noun>.<what happened>``, e.g. ``anomaly.opened``. The project's
            prefix and the version suffix are added where they are missing.
        subject: Id of what it is about.
        revision: Revision of the subject.
        occurred_at: When it happened; with a time zone.
        data: What consumers get. Decimals become strings, exact to the last digit;
            dates and times become ISO 8601.

    Examples:
        >>> when = datetime(2026, 3, 5, tzinfo=UTC)
        >>> told = event("anomaly.opened", "a1", 1, when, {"impact": Decimal("1.10")})
        >>> told.event_type
        'io.costwarden.anomaly.opened.v1'
        >>> json.loads(told.payload)["data"]
        {'impact': '1.10'}
    """
    full_type = _full_type(event_type)
    event_id = hashlib.sha256(
        "\n".join([full_type, subject, str(revision)]).encode()
    ).hexdigest()[:32]
    noun = full_type.removeprefix(PREFIX).split(".")[0]
    payload = {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/costwarden/{noun}",
        "type": full_type,
        "subject": subject,
        "time": occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": f"{SCHEMAS}{noun}.{full_type.rpartition('.')[2]}",
        "data": dict(data),
    }
    text = json.dumps(payload, default=_plain, ensure_ascii=False)
    return Event(event_id, full_type, subject, revision, occurred_at, text)


def binary(payload: str) -> tuple[list[tuple[str, bytes]], bytes]:
    """Return an event as headers and value of a Kafka record, in binary mode.

    Args:
        payload: The event in the CloudEvents JSON format.

    Source:
        CloudEvents specification 1.0.2, "Kafka Protocol Binding", section 3.2.

    Examples:
        >>> headers, value = binary(
        ...     '{"specversion": "1.0", "id": "1", "type": "t", "source": "/s",'
        ...     ' "datacontenttype": "application/json", "data": {"a": 1}}'
        ... )
        >>> headers[1:3], value
        ([('ce_id', b'1'), ('ce_type', b't')], b'{"a": 1}')
        >>> headers[-1]
        ('content-type', b'application/json')
    """
    attributes = json.loads(payload)
    value = json.dumps(attributes.pop("data"), ensure_ascii=False).encode()
    content_type = attributes.pop("datacontenttype")
    headers = [(f"ce_{name}", text.encode()) for name, text in attributes.items()]
    return [*headers, ("content-type", content_type.encode())], value


def _full_type(event_type: str) -> str:
    bare = event_type.removeprefix(PREFIX)
    _, _, version = bare.rpartition(".v")
    return f"{PREFIX}{bare}" if version.isdigit() else f"{PREFIX}{bare}.v1"


def _plain(value: object) -> object:
    """Write what JSON does not know."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"An event cannot carry a {type(value).__name__}.")
