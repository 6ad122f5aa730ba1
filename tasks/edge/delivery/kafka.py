"""A topic of events, each of them once.

A batch is one transaction of Kafka's, and the batch's number is committed in it as the
offset of a consumer group that nobody consumes with. After a crash the group tells
which batch was the last to arrive. Entering under the same transactional id first ends
whatever an earlier relay had begun, and shuts it out.
"""

import time
from contextlib import suppress
from typing import Self

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)

from tasks.core.errors import CostwardenError
from tasks.core.events import binary
from tasks.edge.delivery import brokers, kafka_topic
from tasks.edge.delivery.contract import Batch, EventSink
from tasks.edge.delivery.declaration import Kafka
from tasks.edge.delivery.kafka_records import Record, Refused, produce
from tasks.edge.delivery.kafka_topic import SECONDS, Trouble

# A broker ends a transaction by itself that is open for longer.
TRANSACTION_MS = 60_000
# Records are sent in batches of this size; a longer one is sent by itself, up to what
# brokers could take at all.
BATCH_BYTES = 512 * 1024
LONGEST_BYTES = 64 * 1024**2

# While a broker comes back its groups move; it is asked again after a moment.
MOVING = frozenset(
    {
        KafkaError.NOT_COORDINATOR,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.UNSTABLE_OFFSET_COMMIT,
    }
)
MOVING_SECONDS = 0.2


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
        self.remarks: list[str] = []
        self.is_known = False

    def __enter__(self) -> Self:
        """Find the topic, and end what an earlier relay had begun."""
        self.options = brokers.client(self.declared) | {
            "error_cb": self.trouble.note,
            "log_level": 0,
        }
        longest = kafka_topic.find(self.declared, self.options, self.trouble)
        self.batch_bytes = min(BATCH_BYTES, longest)
        self.group = Consumer(
            self.options
            | {
                "group.id": self.name,
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
            }
        )
        self._start(self.batch_bytes)
        return self

    def __exit__(self, *_raised: object) -> None:
        """Let go; a transaction that is still open never arrives."""
        self.group.close()
        self.producer.purge()
        del self.producer  # its close() would wait for the brokers once more

    def _start(self, batch_bytes: int) -> None:
        """Begin anew: what was under way is aborted, and who had begun it shut out."""
        self.producer = Producer(
            self.options
            | {
                "transactional.id": self.name,
                "transaction.timeout.ms": TRANSACTION_MS,
                "message.max.bytes": LONGEST_BYTES,
                "batch.size": batch_bytes,
                "compression.type": "lz4",
                "linger.ms": 5,
                # As Java's producers do it: whoever writes a key finds its partition.
                "partitioner": "murmur2_random",
            }
        )
        try:
            self.producer.init_transactions(SECONDS)
        except KafkaException as error:
            raise self._trouble(error) from error

    def mark(self) -> str:
        """Return nothing: the group knows what it needs to."""
        return ""

    def holds(self, batch: Batch) -> bool:
        """Return whether the transaction of a batch was committed."""
        found = self._last()
        self.is_known = True
        return (found.offset, found.metadata) == (batch.number, batch.batch_id)

    def _last(self) -> TopicPartition:
        """Return number and id of the last batch that was committed, as an offset."""
        place = TopicPartition(self.declared.topic, 0)
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                [found] = self.group.committed([place], SECONDS)
            except KafkaException as error:
                is_late = time.monotonic() > deadline
                if is_late or error.args[0].code() not in MOVING:
                    raise self._trouble(error) from error
                time.sleep(MOVING_SECONDS)
            else:
                return found

    def _compare(self, batch: Batch) -> None:
        """Say so where warehouse and topic do not remember the same, once."""
        if self.is_known:
            return
        self.is_known = True
        last = self._last().offset
        if last >= batch.number:
            self.remarks.append(
                f"Kafka has batch {last} of this warehouse, which counts"
                f" {batch.number - 1}: it is an older copy, or a copy of it relays"
                " elsewhere. Events that were sent since are sent again, by the same"
                " ids."
            )
        elif last < 0 and batch.number > 1 and self._is_untouched():
            self.remarks.append(
                f"Topic {self.declared.topic} is new, and {batch.number - 1} batches"
                " went to one before it: see costwarden events replay."
            )

    def _is_untouched(self) -> bool:
        """Return whether nothing was ever written to the topic."""
        topic = self.declared.topic
        try:
            known = self.group.list_topics(topic, SECONDS).topics[topic]
            return all(
                self.group.get_watermark_offsets(TopicPartition(topic, part), SECONDS)[
                    1
                ]
                == 0
                for part in known.partitions
            )
        except KafkaException as error:
            raise self._trouble(error) from error

    def send(self, batch: Batch) -> dict[str, str]:
        """Send a batch in one transaction, without what brokers do not take.

        They refuse a batch of records for the sake of one of them, so after a refusal
        each is sent by itself.
        """
        self._compare(batch)
        records = {told.event_id: binary(told.payload) for told in batch.events}
        refused: dict[str, str] = {}
        is_alone = False
        while True:
            try:
                self._commit(batch, refused, records)
            except Refused as found:
                refused |= found.reasons if is_alone else {}
                is_alone = True
                self._start(batch_bytes=1)
            else:
                break
        if is_alone:
            self._start(self.batch_bytes)
        return refused

    def _commit(
        self, batch: Batch, refused: dict[str, str], records: dict[str, Record]
    ) -> None:
        place = TopicPartition(
            self.declared.topic, 0, batch.number, metadata=batch.batch_id
        )
        try:
            self.producer.begin_transaction()
            events = batch.without(refused)
            produce(self.producer, self.declared.topic, events, records, SECONDS)
            self.producer.send_offsets_to_transaction(
                [place], self.group.consumer_group_metadata(), SECONDS
            )
            self.producer.commit_transaction(SECONDS)
        except KafkaException as error:
            raise self._trouble(error) from error

    def _trouble(self, error: KafkaException) -> CostwardenError:
        with suppress(KafkaException, SystemError):
            self.producer.poll(0)  # lets it tell what it has noticed
        with suppress(KafkaException):
            told = self.group.poll(0)
            cause = told.error() if told else None
            if cause:
                self.trouble.note(cause)
        return self.trouble.explain(error.args[0])
