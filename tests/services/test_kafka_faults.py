"""Events while everything is killed; ``python -m benchmarks.events`` does more."""

import pytest

from benchmarks import event_faults
from tests.services.conftest import started
from tests.services.servers.kafka import Kafka

pytestmark = [pytest.mark.service, pytest.mark.xdist_group("kafka")]


def test_nothing_is_lost_doubled_or_misplaced(tmp_path):
    """The relay dies at each step, the broker is killed, stopped and paused."""
    broker = started(Kafka(tmp_path / "kafka", secure=False))
    try:
        count = len(event_faults.STEPS) + len(event_faults.BROKER) + 1
        happened = event_faults.play(broker, tmp_path, events=800, count=count, seed=3)
        assert set(happened) == {
            *event_faults.STEPS,
            *event_faults.BROKER,
            event_faults.ANYWHERE,
        }
        found = event_faults.verdict(event_faults.heard(broker), 800)
    finally:
        broker.stop()
    assert found == {
        "heard": 800,
        "lost": 0,
        "unknown": 0,
        "doubled": 0,
        "misplaced": 0,
    }
