"""A topic of events, each of them once.

A batch is one transaction of Kafka's, and the batch's number is committed in it as the
offset of a consumer group that nobody consumes with. After a crash the group tells
which batch was the last to arrive. Entering under the same transactional id first ends
whatever an earlier relay had begun, and shuts it out.
"""

from collections.abc import Iterable
from functools import partial
from typing import Self

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)

from tasks.core.errors import CostwardenError
from tasks.core.events import binary
from tasks.edge.delivery import brokers, kafka_topic
from tasks.edge.delivery.contract import Batch, EventSink, Told
from tasks.edge.delivery.declaration import Kafka
from tasks.edge.delivery.kafka_topic import SECONDS, Trouble

# A broker ends a transaction by itself that is open for longer.
TRANSACTION_MS = 60_000
# What a record and its batch have around key, value and headers, at most.
AROUND_RECORD, AROUND_HEADER = 100, 10
# Sent by itself, so large a batch of records that the network is well used.
BATCH_BYTES = 512 * 1024

# Errors of single records; all others are about the sink.
REFUSALS = {
    KafkaError.MSG_SIZE_TOO_LARGE: "too large for the topic",
    KafkaError.RECORD_LIST_TOO_LARGE: "too large for the topic",
    KafkaError.INVALID_MSG: "the broker calls it damaged",
    KafkaError.INVALID_RECORD: "the broker's rules for records forbid it",
}

Record = tuple[bytes, list[tuple[str, bytes]]]


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

    def note(self, event_id: str, error: KafkaError | None, _record: Message) -> None:
        """Keep what went wrong; the client calls this for each event."""
        if error is None:
            return
        if error.code() in REFUSALS:
            self.refused[event_id] = REFUSALS[error.code()]
        else:
            self.failure = error


class KafkaSink(EventSink):
    """Produces events to a topic, a transaction for each batch."""

    def __init__(self, declared: Kafka, relay_id: str) -> None:
        """Connect to nothing yet.

        Args:
            declared: As in the settings.
            relay_id: Names the transactions and the group; the same for ever.
        """
        self.declared = declared
        self.name = f"costwarden-{relay_id}"
        self.trouble = Trouble(declared)

    def __enter__(self) -> Self:
        """Find the topic, and end what an earlier relay had begun."""
        options = brokers.client(self.declared) | {
            "error_cb": self.trouble.note,
            "log_level": 0,
        }
        self.longest = kafka_topic.find(self.declared, options, self.trouble).longest
        self.producer = Producer(
            options
            | {
                "transactional.id": self.name,
                "transaction.timeout.ms": TRANSACTION_MS,
                "message.max.bytes": self.longest,
                "batch.size": min(BATCH_BYTES, self.longest),
                "compression.type": "lz4",
                "linger.ms": 5,
                # As Java's producers do it: whoever writes a key finds its partition.
                "partitioner": "murmur2_random",
            }
        )
        self.group = Consumer(
            options
            | {
                "group.id": self.name,
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
            }
        )
        try:
            self.producer.init_transactions(SECONDS)
        except KafkaException as error:
            self.__exit__()
            raise self._trouble(error) from error
        return self

    def __exit__(self, *_raised: object) -> None:
        """Let go; a transaction that is still open never arrives."""
        self.group.close()
        self.producer.purge()
        self.producer.close()

    def mark(self) -> str:
        """Return nothing: the group knows what it needs to."""
        return ""

    def holds(self, batch: Batch) -> bool:
        """Return whether the transaction of a batch was committed."""
        place = TopicPartition(self.declared.topic, 0)
        try:
            [found] = self.group.committed([place], SECONDS)
        except KafkaException as error:
            raise self._trouble(error) from error
        return (found.offset, found.metadata) == (batch.number, batch.batch_id)

    def send(self, batch: Batch) -> dict[str, str]:
        """Send a batch in one transaction, without what is too large."""
        records = {told.event_id: _record(told) for told in batch.events}
        refused = {
            event_id: f"{size:,} bytes are too large: the topic takes {self.longest:,}"
            for event_id, record in records.items()
            if (size := _size(event_id, record)) > self.longest
        }
        try:
            self._commit(batch, refused, records)
        except Refused as found:
            refused |= self._alone(batch, found.reasons, records)
            self._commit(batch, refused, records)
        return refused

    def _commit(
        self, batch: Batch, refused: dict[str, str], records: dict[str, Record]
    ) -> None:
        place = TopicPartition(
            self.declared.topic, 0, batch.number, metadata=batch.batch_id
        )
        try:
            self.producer.begin_transaction()
            self._produce(batch.without(refused), records)
            self.producer.send_offsets_to_transaction(
                [place], self.group.consumer_group_metadata(), SECONDS
            )
            self.producer.commit_transaction(SECONDS)
        except KafkaException as error:
            raise self._trouble(error) from error

    def _alone(
        self, batch: Batch, suspects: Iterable[str], records: dict[str, Record]
    ) -> dict[str, str]:
        """Return which events are refused by themselves: each is tried, and taken back.

        Brokers refuse a batch of records as a whole, for the sake of one of them.
        """
        told = {one.event_id: one for one in batch.events}
        guilty: dict[str, str] = {}
        for event_id in suspects:
            try:
                self.producer.begin_transaction()
                self._produce([told[event_id]], records)
                self.producer.abort_transaction(SECONDS)
            except Refused as found:
                guilty |= found.reasons
            except KafkaException as error:
                raise self._trouble(error) from error
        return guilty

    def _produce(self, events: list[Told], records: dict[str, Record]) -> None:
        """Produce events and wait until the brokers have them.

        Raises:
            Refused: They do not take some of them; the transaction is aborted.
        """
        ended = Ended()
        for told in events:
            value, headers = records[told.event_id]
            while True:
                try:
                    self.producer.produce(
                        self.declared.topic,
                        value,
                        told.subject,
                        headers=headers,
                        on_delivery=partial(ended.note, told.event_id),
                    )
                    break
                except BufferError:
                    self.producer.poll(0.1)
        left = self.producer.flush(SECONDS)
        if ended.refused:
            self.producer.abort_transaction(SECONDS)
            raise Refused(ended.refused)
        if ended.failure:
            raise self.trouble.explain(ended.failure)
        if left:
            raise self.trouble.explain(KafkaError(KafkaError.REQUEST_TIMED_OUT))

    def _trouble(self, error: KafkaException) -> CostwardenError:
        self.producer.poll(0)  # lets it tell what it has noticed
        return self.trouble.explain(error.args[0])


def _record(told: Told) -> Record:
    headers, value = binary(told.payload)
    return value, headers


def _size(key: str, record: Record) -> int:
    value, headers = record
    names = sum(len(name) + len(text) + AROUND_HEADER for name, text in headers)
    return AROUND_RECORD + len(key) + len(value) + names
