"""Hears events from a Kafka topic, as one of a group of consumers.

An offset is committed after everything before it was answered, never earlier. While
something is answered, or waited for, the partitions rest and the client goes on asking
for nothing, so that the group keeps its member.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import Self, TypeVar

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)

from tasks.core.errors import NotPermitted, SourceUnavailable
from tasks.core.response.records import Record
from tasks.edge.delivery import brokers
from tasks.edge.delivery.declaration import Kafka
from tasks.edge.response.declaration import Responding

POLL_SECONDS = 0.3
# After so long a member that died is missed, and its partitions are another's.
SESSION_MS = 10_000
# A broker that is back is noticed within this time.
RECONNECT_MS = 2_000

REFUSED = frozenset(
    {
        KafkaError._AUTHENTICATION,  # noqa: SLF001 - how the client names its own codes
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    }
)
END = KafkaError._PARTITION_EOF  # noqa: SLF001

Place = tuple[str, int]
Result = TypeVar("Result")


class Listener:
    """A member of the group; used by one thread alone.

    Raises, from each method that asks the brokers:
        NotPermitted: They do not let us in.
        SourceUnavailable: They do not answer, and we are not to wait any longer.
    """

    def __init__(self, sink: Kafka, rules: Responding) -> None:
        """Join the group; nothing is asked of the brokers yet."""
        self.sink = sink
        self.rules = rules
        self.problem: KafkaError | None = None
        self.owned: set[Place] = set()
        self.ended: set[Place] = set()
        self.has_joined = False
        self.moved_at = time.monotonic()
        self._is_resting = False
        self._taken: dict[Place, int] = {}
        self.consumer = Consumer(
            brokers.client(sink)
            | {
                "group.id": rules.group_id,
                "enable.auto.commit": False,
                "enable.auto.offset.store": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
                "partition.assignment.strategy": "cooperative-sticky",
                "session.timeout.ms": SESSION_MS,
                "reconnect.backoff.max.ms": RECONNECT_MS,
                "error_cb": self._note,
            }
        )
        self.consumer.subscribe(
            [sink.topic],
            on_assign=self._gain,
            on_revoke=self._lose,
            on_lost=self._lose,
        )

    def __enter__(self) -> Self:
        """Return this member."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Leave the group at once, so that others need not wait for it."""
        self.consumer.close()

    @property
    def is_done(self) -> bool:
        """Whether all that is ours was heard; also where nothing is."""
        return self.has_joined and self.owned <= self.ended

    def take(self) -> list[Record]:
        """Return records that are not answered yet; none when there are none now."""
        try:
            found = self.consumer.consume(self.rules.batch, POLL_SECONDS)
        except KafkaException as error:
            raise SourceUnavailable(self._says(error.args[0])) from error
        return [self._record(message) for message in found if self._is_news(message)]

    def through(self, work: Callable[[], Result]) -> Result:
        """Let work be done beside us, and stay a member meanwhile."""
        self._is_resting = True
        self.consumer.pause(self._partitions(self.owned))
        result: Future[Result] = Future()

        def run() -> None:
            try:
                result.set_result(work())
            except BaseException as error:  # noqa: BLE001 - raised again by result()
                result.set_exception(error)

        Thread(target=run, daemon=True, name="answers").start()
        while not result.done():
            message = self.consumer.poll(POLL_SECONDS)
            if message is not None and message.error() is None:
                self._put_back(message)
        self._is_resting = False
        return result.result()

    def commit(self) -> None:
        """Tell the group how far we are, with what is still ours; then go on.

        What is not told, since another member has the partition by now or a broker
        does not answer, is heard again and recognised.
        """
        offsets = [
            TopicPartition(*place, offset + 1)
            for place, offset in self._taken.items()
            if place in self.owned
        ]
        self._taken = {}
        if offsets:
            try:
                self.consumer.commit(offsets=offsets, asynchronous=False)
            except KafkaException as error:
                self.problem = error.args[0]
        self.consumer.resume(self._partitions(self.owned))
        self.moved_at = time.monotonic()

    def check(self, *, is_patient: bool) -> None:
        """Raise when we are not let in or, unless patient, nothing moves for long."""
        if self.problem and self.problem.code() in REFUSED:
            raise NotPermitted(self._says(self.problem))
        waited = time.monotonic() - self.moved_at
        is_too_long = waited > self.rules.patience_seconds and not is_patient
        if is_too_long and not self.is_done:
            raise SourceUnavailable(self._says(self.problem))

    def _is_news(self, message: Message) -> bool:
        """Note where we are; return whether the message is a record."""
        error = message.error()
        place = (message.topic() or "", message.partition() or 0)
        if error is None:
            self._taken[place] = message.offset() or 0
            self.ended.discard(place)
        elif error.code() == END:
            self.ended.add(place)
        else:
            self._note(error)
            return False
        self.problem = None
        self.moved_at = time.monotonic()
        return error is None

    def _put_back(self, message: Message) -> None:
        """Ask for a record again that came although its partition rests."""
        place = (message.topic() or "", message.partition() or 0)
        if place in self.owned:
            self.consumer.seek(TopicPartition(*place, message.offset() or 0))

    def _record(self, message: Message) -> Record:
        return Record(
            f"{message.topic()}/{message.partition()}@{message.offset()}",
            message.value(),
            [
                (name, value.encode() if isinstance(value, str) else value)
                for name, value in dict(message.headers() or ()).items()
            ],
        )

    def _note(self, error: KafkaError) -> None:
        self.problem = error

    def _gain(self, consumer: Consumer, gained: list[TopicPartition]) -> None:
        consumer.incremental_assign(gained)
        if self._is_resting:
            consumer.pause(gained)
        self.has_joined = True
        self.owned |= {(one.topic, one.partition) for one in gained}
        self.moved_at = time.monotonic()

    def _lose(self, consumer: Consumer, lost: list[TopicPartition]) -> None:
        consumer.incremental_unassign(lost)
        for one in lost:
            place = (one.topic, one.partition)
            self.owned.discard(place)
            self.ended.discard(place)
            self._taken.pop(place, None)

    def _partitions(self, places: set[Place]) -> list[TopicPartition]:
        return [TopicPartition(*place) for place in sorted(places)]

    def _says(self, error: KafkaError | None) -> str:
        why = error.str() if error else "no answer"
        return (
            f"Kafka at {self.sink.bootstrap_servers}, topic {self.sink.topic}:"
            f" {why}. See the sink {self.sink.name} of the settings."
        )


def hear(
    listener: Listener,
    work: Callable[[Sequence[Record]], Result],
    *,
    is_following: bool,
) -> list[Result]:
    """Let records be answered, in batches; return what came of each.

    Args:
        listener: A member of the group.
        work: Answers records, in order.
        is_following: Wait for more, and for brokers, instead of coming to an end.
    """
    done: list[Result] = []
    while True:
        taken = listener.take()
        if taken:
            result = listener.through(lambda taken=taken: work(taken))  # type: ignore[misc]
            listener.commit()
            if not is_following:
                done.append(result)
        elif not is_following and listener.is_done:
            return done
        else:
            listener.check(is_patient=is_following)
