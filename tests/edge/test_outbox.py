"""The outbox and its sinks, on a real warehouse and real files."""

import json
from datetime import UTC, datetime

import pytest

from tasks.core.errors import ServiceError
from tasks.core.events import event
from tasks.edge import outbox, sinks, warehouse
from tasks.edge.delivery.declaration import JsonLines
from tasks.edge.settings import Settings

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)


def told(*subjects):
    return [event("anomaly.opened", subject, 1, NOW, {"n": 1}) for subject in subjects]


@pytest.fixture
def con(tmp_path):
    with warehouse.connect(tmp_path / "w.duckdb") as con:
        yield con


def sink(path, name="file"):
    return JsonLines(name=name, path=str(path))


def subjects(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["subject"] for line in lines]


def count(con):
    return con.execute("SELECT count(*) FROM ops.events").fetchone()[0]


def test_the_same_is_told_once(con):
    """An event that is there already is not added again."""
    assert outbox.add(con, told("a", "b")) == 2
    assert outbox.add(con, told("b", "c")) == 1
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


def test_delivered_once_and_in_order(con, tmp_path):
    """A sink gets each event once, in the order in which they happened."""
    path = tmp_path / "events.jsonl"
    outbox.add(con, told("b", "a"))
    assert sinks.deliver_all(con, (sink(path),)) == 2
    outbox.add(con, told("c"))
    assert sinks.deliver_all(con, (sink(path),)) == 1
    assert sinks.deliver_all(con, (sink(path),)) == 0
    assert subjects(path) == ["b", "a", "c"]


def test_muted_events_stay(con, tmp_path):
    """Events of a backfill are kept and delivered to nobody."""
    outbox.add(con, told("a"), is_muted=True)
    assert sinks.deliver_all(con, (sink(tmp_path / "e.jsonl"),)) == 0
    assert count(con) == 1


def test_a_failed_sink_stops_nobody(con, tmp_path):
    """One sink that cannot be written to is told of; the others get their events."""
    good = tmp_path / "good.jsonl"
    outbox.add(con, told("a"))
    with pytest.raises(ServiceError, match="Sink broken took no events"):
        sinks.deliver_all(con, (sink(tmp_path, "broken"), sink(good, "good")))
    assert subjects(good) == ["a"]
    delivered = con.execute("SELECT sink FROM ops.deliveries").fetchall()
    assert delivered == [("good",)]


def test_half_a_line_of_a_killed_run_harms_no_other(con, tmp_path):
    """Events begin on a line of their own, whatever a killed run left behind."""
    path = tmp_path / "events.jsonl"
    path.write_text('{"subject": "torn', encoding="utf-8")
    outbox.add(con, told("a"))
    sinks.deliver_all(con, (sink(path),))
    assert json.loads(path.read_text().splitlines()[-1])["subject"] == "a"


def test_task_delivers_what_is_configured(con, tmp_path):
    """The task brings the configured sinks up to date."""
    from tasks.publish import publish_events

    outbox.add(con, told("a", "b"))
    con.close()
    settings = Settings(
        database=str(tmp_path / "w.duckdb"), sinks=(sink(tmp_path / "e.jsonl"),)
    )
    assert publish_events.fn(settings).delivered == 2
