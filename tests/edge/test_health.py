"""How the pipeline stands, read from a real warehouse."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from flows import cli
from tasks.core.events import event
from tasks.core.figures.health import GAUGES, PREFIX
from tasks.edge.database import journal, warehouse
from tasks.edge.database.journal import Run
from tasks.edge.delivery import outbox
from tasks.edge.delivery.declaration import JsonLines
from tasks.edge.reporting import health
from tasks.edge.settings import Settings

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def settings(tmp_path):
    file = JsonLines(name="file", path=str(tmp_path / "events.jsonl"))
    return Settings(database=str(tmp_path / "w.duckdb"), sinks=(file,))


def stage(con, run_id, name, ended_at, outcome="done"):
    con.execute(
        "INSERT INTO ops.runs (run_id, flow, stage, started_at, finished_at, rows_out,"
        " outcome) VALUES (?, 'daily', ?, ?, ?, 7, ?)",
        [
            run_id,
            name,
            ended_at - HOUR,
            None if outcome == "running" else ended_at,
            outcome,
        ],
    )


def bill(con, month, *, status="current", at=NOW, source="aws"):
    con.execute(
        "INSERT INTO bills.versions (bill_id, source, source_format, billing_period,"
        " status, digest, known_at, loaded_at) VALUES (?, ?, 'focus', ?, ?, ?, ?, ?)",
        [f"{source}-{month}-{at}", source, month, status, f"{at}", at, at],
    )


def gauges(settings, name):
    """Return the values of a gauge by its labels."""
    return {
        tuple(text for _, text in one.labels): one.value
        for one in health.read(settings, NOW)
        if one.name == name
    }


def test_last_success_is_of_a_run_without_failure(settings):
    """A run of which a stage failed is none; one under way is as old as its stages."""
    with warehouse.connect(settings.database) as con:
        stage(con, "old", "ingest", NOW - 30 * HOUR)
        stage(con, "old", "detect", NOW - 29 * HOUR)
        stage(con, "bad", "ingest", NOW - 5 * HOUR)
        stage(con, "bad", "detect", NOW - 4 * HOUR, "failed")
    well = {("daily",): (NOW - 29 * HOUR).timestamp()}
    assert gauges(settings, "last_success_timestamp_seconds") == well
    assert gauges(settings, "last_duration_seconds") == {("daily",): 7200}
    assert gauges(settings, "stage_failed") == {
        ("daily", "detect"): 1,
        ("daily", "ingest"): 0,
    }
    with warehouse.connect(settings.database) as con:
        stage(con, "new", "ingest", NOW - 2 * HOUR)
        stage(con, "new", "publish", NOW, "running")
    going = {("daily",): (NOW - 2 * HOUR).timestamp()}
    assert gauges(settings, "last_success_timestamp_seconds") == going


def test_sources_lag(settings):
    """A source is as late as its newest day of use, its bill as its newest export."""
    with warehouse.connect(settings.database) as con:
        bill(con, "2026-03", at=NOW - 3 * HOUR)
        for day, kind in (("2026-03-17", "usage"), ("2026-03-31", "tax")):
            con.execute(
                "INSERT INTO series.daily_cost_versions (charge_date, charge_kind,"
                " billing_currency, billed_cost, effective_cost, bill_id)"
                " SELECT ?, ?, 'USD', 1, 1, bill_id FROM bills.versions",
                [day, kind],
            )
    assert gauges(settings, "source_lag_days") == {("aws",): 3}
    assert gauges(settings, "source_bill_age_seconds") == {("aws",): 3 * 3600}


def test_what_was_put_aside_counts_until_it_is_mended(settings):
    """A quarantined export counts until a later one of its bill is taken."""
    with warehouse.connect(settings.database) as con:
        bill(con, "2026-02", at=NOW - 9 * HOUR)
        bill(con, "2026-02", status="quarantined", at=NOW - 8 * HOUR)
        bill(con, "2026-03", at=NOW - 7 * HOUR)
    assert gauges(settings, "quarantined_versions") == {("aws",): 1}
    with warehouse.connect(settings.database) as con:
        bill(con, "2026-02", at=NOW - 6 * HOUR)
    assert gauges(settings, "quarantined_versions") == {("aws",): 0}


def test_backlogs_are_counted_by_sink(settings):
    """What a sink lacks, since when, and what it refused, are told for each."""
    old = event("anomaly.opened", "a", 1, NOW - 2 * HOUR, {})
    new = event("anomaly.opened", "b", 1, NOW - HOUR, {})
    with warehouse.connect(settings.database) as con:
        outbox.add(con, [old, new])
        outbox.add(con, [event("anomaly.opened", "c", 1, NOW, {})], is_muted=True)
    assert gauges(settings, "undelivered_events") == {("file",): 2}
    assert gauges(settings, "undelivered_oldest_seconds") == {("file",): 7200}
    with warehouse.connect(settings.database) as con:
        outbox.acknowledge(con, "file", [old.event_id])
        con.execute(
            "INSERT INTO ops.sinks (sink, relay_id, batches, failures, worked_at)"
            " VALUES ('file', 'r', 1, 3, ?)",
            [NOW],
        )
        con.execute(
            "INSERT INTO ops.dead_letters (event_id, sink, reason, attempts, first_at,"
            " last_at, state) VALUES (?, 'file', 'too long', 1, ?, ?, 'dead')",
            [new.event_id, NOW, NOW],
        )
    assert gauges(settings, "undelivered_events") == {("file",): 0}
    assert gauges(settings, "undelivered_oldest_seconds") == {("file",): 0}
    assert gauges(settings, "dead_letters") == {("file",): 1}
    assert gauges(settings, "sink_failures") == {("file",): 3}


def test_waiting_for_the_turn_is_measured(settings):
    """A run that waits for another one has the seconds in the journal."""
    begun = threading.Event()

    def hold():
        with journal.turn(settings, Run("first", "daily")):
            begun.set()
            time.sleep(0.7)

    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait()
    run = Run("second", "publish")
    with journal.turn(settings, run):
        journal.begin(settings, run, "publish_events")
        journal.begin(settings, run, "publish_copy")
    holder.join()
    with warehouse.connect(settings.database) as con:
        rows = con.execute(
            "SELECT waited_seconds FROM ops.runs ORDER BY started_at"
        ).fetchall()
    [(waited,), later] = rows
    assert 0.4 < waited < 60
    assert later == (None,)
    assert gauges(settings, "turn_wait_seconds") == {("publish",): waited}


def test_health_is_shown_three_ways(settings, capsys):
    """People, machines and Prometheus read the same gauges."""
    with warehouse.connect(settings.database) as con:
        stage(con, "one", "ingest", NOW)
    asked = ["health", "--database", settings.database]
    assert cli.execute(asked) == 0
    said = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "flow last success took" in said
    assert "daily 2026-03-20 06:00 1:00:00" in said
    assert "flow stage last success took rows out failed" in said
    assert "daily ingest 2026-03-20 06:00 1:00:00 7 0" in said
    assert "disk free warehouse" in said
    assert cli.execute([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["answer"]
    names = {one["metric"].removeprefix(PREFIX) for one in told}
    assert {"disk_free_bytes", "stage_failed"} <= names <= GAUGES.keys()
    assert cli.execute([*asked, "--prometheus"]) == 0
    text = capsys.readouterr().out
    line = (
        f'costwarden_last_success_timestamp_seconds{{flow="daily"}} {NOW.timestamp()!r}'
    )
    assert line in text.splitlines()


def test_rules_are_written(tmp_path, capsys):
    """The command writes the rules of the settings, or shows them."""
    config = tmp_path / "own.toml"
    config.write_text('[[detect.thresholds]]\nprovider = "AWS"\nabsolute = 5.0\n')
    out = tmp_path / "rules" / "thresholds.yml"
    asked = ["rules", "--config", str(config)]
    assert cli.execute([*asked, "--out", str(out)]) == 0
    capsys.readouterr()
    assert cli.execute(asked) == 0
    assert capsys.readouterr().out == out.read_text(encoding="utf-8")
    assert 'provider="AWS"' in out.read_text(encoding="utf-8")
