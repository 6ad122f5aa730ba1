"""The outbox, on a real warehouse."""

from datetime import UTC, datetime

import pytest

from tasks.core.events import event
from tasks.edge.database import warehouse
from tasks.edge.delivery import outbox
from tasks.edge.delivery.declaration import JsonLines
from tasks.edge.settings import Settings

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)


def told(*subjects):
    return [event("anomaly.opened", subject, 1, NOW, {"n": 1}) for subject in subjects]


@pytest.fixture
def con(tmp_path):
    with warehouse.connect(tmp_path / "w.duckdb") as con:
        yield con


def count(con):
    return con.execute("SELECT count(*) FROM ops.events").fetchone()[0]


def test_the_same_is_told_once(con):
    """An event that is there already is not added again."""
    assert outbox.add(con, told("a", "b")) == 2
    assert outbox.add(con, told("b", "c", "c")) == 1
    assert count(con) == 3


def test_events_share_the_fate_of_the_finding(con):
    """When the transaction fails, its events were never told."""

    def fails_later():
        with warehouse.transaction(con):
            outbox.add(con, told("a"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails_later()
    assert count(con) == 0


def test_the_outbox_has_an_order(con):
    """What was told first comes first, whatever time it was found as of."""
    names = [f"s{number}" for number in range(5_000)]
    outbox.add(con, told("b", "a", "b", *names))
    outbox.add(con, [event("anomaly.updated", "a", 2, NOW.replace(year=2025), {})])
    due = outbox.undelivered(con, "file")
    assert [subject for _, subject, _ in due] == ["b", "a", *names, "a"]


def test_what_a_sink_lacks_comes_in_pieces(con):
    """So many events at most, or so many bytes; one that is longer comes alone."""
    outbox.add(con, told("a", "b", "c"))
    length = len(told("a")[0].payload)

    def pieces(**most):
        return [subject for _, subject, _ in outbox.undelivered(con, "file", **most)]

    assert pieces(most=2) == ["a", "b"]
    assert pieces(most_bytes=2 * length) == ["a", "b"]
    assert pieces(most_bytes=1) == ["a"]


def test_task_delivers_what_is_configured(con, tmp_path):
    """The task brings the configured sinks up to date, and fails for none of them."""
    from tasks.publish import publish_events

    outbox.add(con, told("a", "b"))
    con.close()
    good = JsonLines(name="good", path=str(tmp_path / "e.jsonl"))
    broken = JsonLines(name="broken", path=str(tmp_path))
    settings = Settings(database=str(tmp_path / "w.duckdb"), sinks=(broken, good))
    done = publish_events.fn(settings)
    assert (done.delivered, done.failed_sinks) == (2, 1)
    assert done.problems[0].startswith("Sink broken took nothing: ")
