"""How records ended that were produced together."""

from typing import Any

from confluent_kafka import KafkaError

# Errors of single records; all others are about the sink.
REFUSALS = {
    KafkaError.MSG_SIZE_TOO_LARGE: "larger than max.message.bytes of the topic",
    KafkaError.RECORD_LIST_TOO_LARGE: "larger than a segment of the topic",
    KafkaError.INVALID_MSG: "the broker calls it damaged",
    KafkaError.INVALID_RECORD: "the broker's rules for records forbid it",
}

# What the client says of records that it gives up because of something else.
GIVEN_UP = frozenset((KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT))  # noqa: SLF001


def is_refusal(error: KafkaError) -> bool:
    """Return whether an error is about a record, which will never be taken."""
    return error.code() in REFUSALS


class Refused(Exception):
    """Brokers refused a batch of records; each of these events was in one."""

    def __init__(self, reasons: dict[str, str]) -> None:
        """Keep the reason by event id."""
        super().__init__()
        self.reasons = reasons


class Ended:
    """How the events ended that were produced together."""

    def __init__(self) -> None:
        """All is well so far."""
        self.refused: dict[str, str] = {}
        self.failure: KafkaError | None = None

    def note(self, event_id: str, error: KafkaError | None, _record: Any) -> None:
        """Keep what went wrong; the client calls this for each event."""
        if error is None:
            return
        if is_refusal(error):
            self.refused[event_id] = REFUSALS[error.code()]
        elif self.failure is None or self.failure.code() in GIVEN_UP:
            self.failure = error
