"""Produces the events of alerts, each once while the bridge runs.

Alertmanager repeats a notification until it is taken, and again every few hours. What
was produced is remembered, as far as memory is set aside for it. After a restart it is
produced once more under the same id, and consumers drop it, as they drop a record that
a client sent twice because a broker's answer was lost.
"""

import time
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from threading import Lock
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer

from tasks.core.errors import SinkUnavailable
from tasks.core.events import Event, binary
from tasks.edge.bridge.application import Taken
from tasks.edge.delivery import brokers, kafka_topic
from tasks.edge.delivery.declaration import Kafka
from tasks.edge.delivery.kafka_records import is_refusal
from tasks.edge.delivery.kafka_topic import Trouble

# Ids that are remembered, of 32 characters each.
REMEMBERED = 100_000
POLL_SECONDS = 0.05
READY_SECONDS = 2.0


class Outlet:
    """Produces to the topic of a sink; for several threads, one at a time."""

    def __init__(self, sink: Kafka, timeout_seconds: float) -> None:
        """Connect to nothing yet."""
        self.sink = sink
        self.timeout = timeout_seconds
        self.trouble = Trouble(sink)
        self.options = brokers.client(sink) | {
            "error_cb": self.trouble.note,
            "log_level": 0,
        }
        self._lock = Lock()
        self._known: OrderedDict[str, None] = OrderedDict()
        self._has_topic = False
        self._producer = self._new()

    def deliver(self, events: Sequence[Event]) -> Taken:
        """Return once Kafka has all of the events but those that are too large.

        Raises:
            NotPermitted: The brokers do not let us in.
            SinkUnavailable: They do not take all of them in time.
        """
        deadline = time.monotonic() + self.timeout
        if not self._lock.acquire(timeout=self.timeout):
            raise SinkUnavailable("Other alerts still wait for Kafka.")
        try:
            new = [one for one in events if one.event_id not in self._known]
            if not new:
                return Taken(0)
            self._find_topic()
            large = self._produce(new, deadline)
            if len(new) > 1:
                # Each of a batch that is refused is called too large: ask by itself.
                large = [one for one in large if self._produce([one], deadline)]
            return Taken(len(new) - len(large), len(large))
        finally:
            self._lock.release()

    def check(self) -> None:
        """Return if brokers answer.

        Raises:
            NotPermitted: They do not let us in.
            SinkUnavailable: They do not answer.
        """
        try:
            self._producer.list_topics(timeout=READY_SECONDS)
        except KafkaException as error:
            raise self.trouble.explain(error.args[0]) from error

    def close(self) -> None:
        """Let go; whoever sent what was not taken was told so."""
        self._producer.purge()
        self._producer.flush(READY_SECONDS)

    def _new(self) -> Producer:
        wait_ms = max(500, round(self.timeout * 800))
        return Producer(
            self.options
            | {
                "enable.idempotence": True,
                "acks": "all",
                # Nothing is sent after we have said that it was not.
                "message.timeout.ms": wait_ms,
                "request.timeout.ms": wait_ms,
                "linger.ms": 5,
                # As the relay's producer finds partitions.
                "partitioner": "murmur2_random",
            }
        )

    def _find_topic(self) -> None:
        if not self._has_topic:
            kafka_topic.find(self.sink, self.options, self.trouble)
            self._has_topic = True

    def _produce(self, events: Sequence[Event], deadline: float) -> list[Event]:
        """Produce events; return those that Kafka refuses for good."""
        ended: dict[str, KafkaError | None] = {}
        for one in events:
            headers, value = binary(one.payload)
            try:
                self._producer.produce(
                    self.sink.topic,
                    value,
                    one.subject,
                    headers=list(headers),
                    on_delivery=partial(self._note, ended, one.event_id),
                )
            except BufferError as error:
                raise SinkUnavailable("Too many alerts wait for Kafka.") from error
            except KafkaException as error:
                ended[one.event_id] = error.args[0]
        while len(ended) < len(events) and time.monotonic() < deadline:
            self._producer.poll(POLL_SECONDS)
        large = {key for key, error in ended.items() if error and is_refusal(error)}
        failures = [error for key, error in ended.items() if error and key not in large]
        if any(error.fatal() for error in failures):
            self._producer = self._new()
        if failures:
            self._has_topic = False
            raise self.trouble.explain(failures[0])
        if len(ended) < len(events):
            raise SinkUnavailable("Kafka did not take all alerts in time.")
        return [one for one in events if one.event_id in large]

    def _note(
        self,
        ended: dict[str, KafkaError | None],
        event_id: str,
        error: KafkaError | None,
        _record: Any,
    ) -> None:
        """Remember what Kafka has, also when it says so late."""
        ended[event_id] = error
        if error is None:
            self._known[event_id] = None
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
