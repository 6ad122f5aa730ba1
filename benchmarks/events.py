"""Whether events survive whatever happens, and how fast they are relayed.

    python -m benchmarks.events --faults 200 --events 10000
    python -m benchmarks.events --throughput

Both start a Kafka broker of their own on the loopback address (``make kafka`` fetches
it), and remove what they wrote.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import event_faults
from tasks.core.events import binary
from tasks.edge.database import warehouse
from tasks.edge.delivery import outbox

BATCH = 20_000


def survive(events: int, count: int, seed: int) -> int:
    """Print what happened and what a consumer has; return 1 where that is wrong."""
    from tests.services.servers.kafka import Kafka

    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="costwarden-events-") as place,
        Kafka(Path(place) / "kafka", secure=False) as broker,
    ):
        happened = event_faults.play(broker, Path(place), events, count, seed)
        found = event_faults.verdict(event_faults.heard(broker), events)
    for fault, number in sorted(happened.items()):
        print(f"{number:>6}  {fault}")
    print(f"{sum(happened.values()):>6}  faults in {time.monotonic() - began:.0f} s")
    print(", ".join(f"{number} {word}" for word, number in found.items()))
    bad = found["lost"] + found["unknown"] + found["doubled"] + found["misplaced"]
    return int(bad > 0)


def measure(events: int) -> int:
    """Print how many events a second the whole relay moves, and a bare producer."""
    from tasks.edge.delivery.relay import relay
    from tests.services.servers.kafka import Kafka

    with tempfile.TemporaryDirectory(prefix="costwarden-events-") as place:
        given = event_faults.settings(Path(place), "")
        with warehouse.connect(given.database) as con:
            for first in range(0, events, BATCH):
                numbers = range(first, min(first + BATCH, events))
                outbox.add(con, [event_faults.one(number) for number in numbers])
        with Kafka(Path(place) / "kafka", secure=False) as broker:
            given = event_faults.settings(Path(place), broker.address)
            bare = _bare(broker, events)
            began = time.monotonic()
            done = relay(given)
            took = time.monotonic() - began
    print(f"bare producer: {events / bare:>10,.0f} events/s")
    print(f"relay:         {done.delivered / took:>10,.0f} events/s")
    return int(done.delivered != events)


def _bare(broker: Any, events: int) -> float:
    """Return the seconds that a producer needs that only produces."""
    from confluent_kafka import Producer

    topic = broker.new_topic(partitions=6)
    payloads = [event_faults.one(number) for number in range(events)]
    records = [(one.subject, *binary(one.payload)) for one in payloads]
    producer = Producer(
        broker.client
        | {"enable.idempotence": True, "compression.type": "lz4", "linger.ms": 5}
    )
    began = time.monotonic()
    for key, headers, value in records:
        while True:
            try:
                producer.produce(topic, value, key, headers=list(headers))
                break
            except BufferError:
                producer.poll(0.05)
    producer.flush(60)
    return time.monotonic() - began


def main() -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--throughput", action="store_true")
    asked = parser.parse_args()
    if asked.throughput:
        return measure(asked.events or 100_000)
    return survive(asked.events or 10_000, asked.faults, asked.seed)


if __name__ == "__main__":
    sys.exit(main())
