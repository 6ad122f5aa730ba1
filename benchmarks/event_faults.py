"""What is done to the relay and its broker while events flow, and what must hold.

A relay runs in a process of its own, which dies at a step of its work or is killed at
any moment; the broker is killed, stopped or paused. At the end a consumer that starts
at the earliest offset must have each event once, and each subject's in order.
"""

import json
import multiprocessing
import os
import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from tasks.core.events import Event, event
from tasks.edge.database import warehouse
from tasks.edge.delivery import outbox
from tasks.edge.delivery.declaration import Kafka as KafkaSettings
from tasks.edge.settings import Settings

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
SUBJECTS = 50
TOPIC = "cost-events"

# Where a relay can die, in the order of its work.
STEPS = (
    "before claim",
    "claimed, not written down",
    "claimed",
    "entered",
    "half produced",
    "produced",
    "before commit",
    "committed",
    "settled, not written down",
    "settled",
)
BROKER = ("broker killed", "broker stopped", "broker paused")
ANYWHERE = "killed at any moment"


def settings(folder: Path, address: str) -> Settings:
    """Return settings with one sink: a topic of this broker."""
    sink = KafkaSettings(
        name="kafka", kind="kafka", bootstrap_servers=address, topic=TOPIC
    )
    return Settings(database=str(folder / "faults.duckdb"), sinks=(sink,))


def tell(given: Settings, first: int, count: int) -> None:
    """Write events to the outbox, whose subjects take turns."""
    told = [one(number) for number in range(first, first + count)]
    with warehouse.connect(given.database) as con, warehouse.transaction(con):
        outbox.add(con, told)


def one(number: int) -> Event:
    """Return an event that knows its place among those of its subject."""
    subject, revision = number % SUBJECTS, number // SUBJECTS + 1
    data = {"revision": revision, "text": "x" * 600}
    return event("anomaly.updated", f"subject-{subject}", revision, NOW, data)


def die(*_given: object, **_named: object) -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def dies_before(place: Any, name: str) -> None:
    """Let a process die when it comes to a function."""
    setattr(place, name, die)


def dies_after(place: Any, name: str) -> None:
    """Let a process die when it has been through a function."""
    whole = getattr(place, name)

    def then_die(*given: object, **named: object) -> None:
        whole(*given, **named)
        die()

    setattr(place, name, then_die)


def run(given: Settings, step: str, most: int) -> None:
    """Relay until somebody ends this process, or it comes to its step.

    Args:
        given: Names the warehouse and the sink.
        step: Where it dies; empty for nowhere.
        most: Events of a batch.
    """
    from tasks.edge.delivery import kafka, kafka_topic, ledger
    from tasks.edge.delivery import relay as relaying

    ledger.LARGEST_EVENTS = most
    kafka.SECONDS = kafka_topic.SECONDS = kafka_topic.REACH_SECONDS = 5.0
    die_at(step, kafka, ledger, relaying)
    while True:
        relaying.relay(given, is_patient=False)
        time.sleep(0.02)


def die_at(step: str, kafka: Any, ledger: Any, relaying: Any) -> None:
    """Change these modules, in this process alone, so that it dies at a step."""

    class Dying(kafka.Producer):  # type: ignore[misc]
        def produce(self, *given: Any, **named: Any) -> None:
            super().produce(*given, **named)
            if step == "half produced":
                self.flush(5)
                die()

        def send_offsets_to_transaction(self, *given: Any) -> None:
            if step == "produced":
                die()
            super().send_offsets_to_transaction(*given)

        def commit_transaction(self, *given: Any) -> None:
            if step == "before commit":
                die()
            super().commit_transaction(*given)
            if step == "committed":
                die()

    kafka.Producer = Dying
    steps: dict[str, Callable[[], None]] = {
        "before claim": lambda: dies_before(ledger, "claim"),
        "claimed, not written down": lambda: dies_after(ledger, "claim"),
        "claimed": lambda: dies_before(kafka.KafkaSink, "__enter__"),
        "entered": lambda: dies_before(kafka.KafkaSink, "send"),
        "settled, not written down": lambda: dies_after(ledger, "settle"),
        "settled": lambda: dies_after(relaying, "_next"),
    }
    steps.get(step, lambda: None)()


class Relay:
    """A relay in a process of its own, which starts in no time."""

    forked = multiprocessing.get_context("forkserver")
    forked.set_forkserver_preload(
        ["tasks.edge.delivery.kafka", "benchmarks.event_faults"]
    )

    def __init__(self, given: Settings, step: str, most: int) -> None:
        """Start it."""
        self.process = self.forked.Process(target=run, args=(given, step, most))
        self.process.start()

    def wait(self, seconds: float) -> bool:
        """Wait for its death; return whether it came."""
        self.process.join(seconds)
        return self.process.exitcode is not None

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.join()
        self.process.close()


def harm(broker: Any, fault: str, draw: random.Random) -> None:
    """Do something to the broker, and let it come back."""
    time.sleep(draw.uniform(0.0, 0.4))
    if fault == "broker paused":
        broker.pause()
        time.sleep(draw.uniform(0.2, 1.5))
        broker.resume()
        return
    (broker.kill if fault == "broker killed" else broker.stop)()
    broker.start()


def faults(count: int, draw: random.Random) -> list[str]:
    """Return what will happen, mixed: every step, every trouble of the broker."""
    most_often = [*STEPS, *BROKER, *(ANYWHERE,) * 3, *STEPS, *STEPS]
    drawn = [most_often[number % len(most_often)] for number in range(count)]
    draw.shuffle(drawn)
    return drawn


def play(broker: Any, folder: Path, events: int, count: int, seed: int) -> Counter[str]:
    """Let events flow while faults happen, one after the other.

    Returns:
        How often each fault happened; what a relay survived is not counted.
    """
    draw = random.Random(seed)  # noqa: S311 - a dice for faults
    given = settings(folder, broker.address)
    happened: Counter[str] = Counter()
    planned = faults(count, draw)
    told = 0
    for number, fault in enumerate(planned, start=1):
        share = events * number // count - told
        tell(given, told, share)
        told += share
        relay = Relay(given, fault if fault in STEPS else "", max(1, share // 3))
        if fault in BROKER:
            harm(broker, fault, draw)
            happened[fault] += 1
        elif fault == ANYWHERE:
            relay.wait(draw.uniform(0.0, 0.5))
            happened[fault] += 1
        else:
            happened[fault] += relay.wait(60)
        relay.kill()
    finish(given)
    return happened


def finish(given: Settings) -> None:
    """Relay what is left, as often as it takes."""
    from tasks.edge.delivery.relay import relay

    for _ in range(60):
        if not relay(given, is_patient=False).problems:
            return
        time.sleep(0.5)
    raise AssertionError("the broker does not come back")


def heard(broker: Any) -> list[tuple[str, str, int]]:
    """Return id, subject and revision of each record, as a consumer gets them."""
    from tests.services.test_kafka import consumed

    return [
        (
            dict(record.headers())["ce_id"].decode(),
            record.key().decode(),
            json.loads(record.value())["revision"],
        )
        for record in consumed(broker, TOPIC)
    ]


def verdict(records: Iterable[tuple[str, str, int]], events: int) -> dict[str, int]:
    """Count what must not be: lost, doubled and misplaced events."""
    counts: Counter[str] = Counter()
    revisions: dict[str, list[int]] = defaultdict(list)
    for event_id, subject, revision in records:
        counts[event_id] += 1
        revisions[subject].append(revision)
    wanted = {one(number).event_id for number in range(events)}
    return {
        "heard": len(counts),
        "lost": len(wanted - set(counts)),
        "unknown": len(set(counts) - wanted),
        "doubled": sum(count - 1 for count in counts.values()),
        "misplaced": sum(
            earlier >= later
            for one_subject in revisions.values()
            for earlier, later in pairwise(one_subject)
        ),
    }
