"""Events as they arrive: from a topic, in either mode of the Kafka binding, or as text.

Nothing of what arrives is trusted: it may be cut off, another program's, or made to
harm. What cannot be read is told from what is none of our business.

Source:
    CloudEvents specification 1.0.2, "JSON Event Format" and "Kafka Protocol Binding".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

STRUCTURED = "application/cloudevents"
PREFIX = "ce_"
LONGEST = 512

Headers = Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it arrived.

    Attributes:
        place: Where it lies, such as ``cost-events/3@1042``.
        value: Its bytes; None for a record that only marks an end.
        headers: Names and values, in order.
    """

    place: str
    value: bytes | None
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """An event that can be read; whether we understand its data is another matter."""

    place: str
    event_id: str
    event_type: str
    subject: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that is no event, or an event whose data break their promise."""

    place: str
    reason: str


def read(record: Record) -> Heard | Unreadable:
    """Return the event of a record.

    Examples:
        >>> read(Record("t/0@1", b"{"))
        Unreadable(place='t/0@1', reason='It is no JSON.')
        >>> headers = [("ce_id", b"1"), ("ce_type", b"a"), ("ce_specversion", b"1.0")]
        >>> read(Record("t/0@2", b'{"n": 1}', headers)).data
        {'n': 1}
    """
    headers = {name.lower(): value or b"" for name, value in record.headers}
    try:
        content = _json(record.value)
        if headers.get("content-type", b"").startswith(STRUCTURED.encode()):
            return _event(record.place, content, content)
        if f"{PREFIX}specversion" in headers:
            return _event(record.place, _attributes(headers), {"data": content})
        return _event(record.place, content, content)
    except ValueError as error:
        return Unreadable(record.place, str(error))


def _json(value: bytes | None) -> Any:
    if value is None:
        raise ValueError("It is empty.")
    try:
        content = json.loads(value, parse_constant=_refuse)
        # Half a surrogate pair is JSON, but no text that could be stored.
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ValueError("It is no JSON.") from error
    return content


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _attributes(headers: Mapping[str, bytes]) -> dict[str, str]:
    try:
        return {
            name.removeprefix(PREFIX): value.decode()
            for name, value in headers.items()
            if name.startswith(PREFIX)
        }
    except UnicodeDecodeError as error:
        raise ValueError("Its headers are no UTF-8.") from error


def _event(place: str, attributes: Any, content: Any) -> Heard:
    if not isinstance(attributes, dict) or attributes.get("specversion") != "1.0":
        raise ValueError("It is no CloudEvent 1.0.")
    data = content.get("data")
    return Heard(
        place,
        event_id=_text(attributes, "id"),
        event_type=_text(attributes, "type"),
        subject=_text(attributes, "subject", is_needed=False),
        data=data if isinstance(data, dict) else {},
    )


def _text(attributes: Mapping[str, Any], name: str, *, is_needed: bool = True) -> str:
    value = attributes.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST or (is_needed and not value):
        raise ValueError(f"Its attribute {name} is no text of at most {LONGEST}.")
    return value
