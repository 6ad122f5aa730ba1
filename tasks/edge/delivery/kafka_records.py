"""Records that are produced together, and how each of them ended."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from tasks.edge.delivery.contract import Told

# Headers and value.
Record = tuple[list[tuple[str, bytes]], bytes]

# Errors of single records; all others are about the sink.
REFUSALS = {
    KafkaError.MSG_SIZE_TOO_LARGE: "larger than max.message.bytes of the topic",
    KafkaError.RECORD_LIST_TOO_LARGE: "larger than a segment of the topic",
    KafkaError.INVALID_MSG: "the broker calls it damaged",
    KafkaError.INVALID_RECORD: "the broker's rules for records forbid it",
}

# What the client says of records that it gives up because of something else.
GIVEN_UP = frozenset(
    (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT, KafkaError._STATE)  # noqa: SLF001
)


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

    @property
    def is_given_up(self) -> bool:
        """Return whether all that is known is that another trouble came first."""
        return self.failure is not None and self.failure.code() in GIVEN_UP

    @property
    def is_decided(self) -> bool:
        """Return whether it is known why the transaction is lost."""
        return bool(self.refused or (self.failure and not self.is_given_up))


def produce(
    producer: Producer,
    topic: str,
    events: list[Told],
    records: dict[str, Record],
    seconds: float,
) -> None:
    """Produce events within a transaction and wait until the brokers have them.

    Args:
        producer: One whose transaction has begun.
        topic: Where to.
        events: In their order.
        records: What is sent for each, by event id.
        seconds: Within so many all must be answered.

    Raises:
        Refused: The brokers do not take some of them; the transaction is lost.
        KafkaException: Whatever else is not well.
    """
    ended = Ended()
    for told in events:
        note = partial(ended.note, told.event_id)
        try:
            _queue(producer, topic, told.subject, records[told.event_id], note)
        except KafkaException as error:
            note(error.args[0], None)
    _wait(producer, ended, seconds)
    if ended.refused:
        raise Refused(ended.refused)
    if ended.failure:
        if ended.is_given_up:  # whatever it was, this raises it
            producer.commit_transaction(seconds)
        raise KafkaException(ended.failure)


def _wait(producer: Producer, ended: Ended, seconds: float) -> None:
    """Wait until all were answered, or it is known why they will not be.

    Where a record is refused the client gives up those behind it, and may tell of them
    first.
    """
    deadline = time.monotonic() + seconds
    while len(producer) and not ended.is_decided:
        if time.monotonic() > deadline:
            if ended.is_given_up:
                return
            raise KafkaException(KafkaError(KafkaError.REQUEST_TIMED_OUT))
        try:
            producer.poll(0.1)
        except SystemError as error:
            # So the client raises what is fatal while it calls us back.
            raise error.__cause__ or error from error


def _queue(
    producer: Producer,
    topic: str,
    subject: str,
    record: Record,
    note: Callable[[KafkaError | None, Any], None],
) -> None:
    """Hand a record to the client; where it holds too many, let it send some."""
    headers, value = record
    while True:
        try:
            producer.produce(
                topic, value, subject, headers=list(headers), on_delivery=note
            )
        except BufferError:
            producer.poll(0.1)
        else:
            return
