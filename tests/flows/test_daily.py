"""The daily run and the look back, once each on real bills, through Prefect."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from tasks.core.errors import (
    NothingThere,
    ServiceError,
    SourcesLeftOut,
    WarehouseBusy,
)
from tasks.edge.database import journal, warehouse
from tasks.edge.settings import Settings, load

pytestmark = [
    pytest.mark.usefixtures("through_prefect"),
    # Prefect leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

DAILY = [
    "ingest_bills",
    "normalise_bills",
    "aggregate_costs",
    "detect_anomalies",
    "explain_anomalies",
    "forecast_costs",
    "recommend_changes",
    "judge_recommendations",
    "plan_workflows",
    "audit_bills",
    "publish_events",
    "publish_copy",
    "prune_bills",
    "write_report",
]


def daily(**parameters):
    from flows.daily import daily

    return asyncio.run(daily(**parameters))


def backfill(**parameters):
    from flows.backfill import backfill

    return asyncio.run(backfill(**parameters))


def ask(database, query):
    with warehouse.connect(database) as con:
        return con.execute(query).fetchall()


def tables(database):
    """Return all that a run leaves, without the journal and the times of writing."""
    names = ("series.daily_cost", "findings.anomaly_days", "actions.recommendations")
    left = {name: sorted(ask(database, f"FROM {name}"), key=repr) for name in names}
    left["anomalies"] = sorted(
        ask(database, "SELECT * EXCLUDE (detected_at) FROM findings.anomalies"),
        key=repr,
    )
    left["events"] = sorted(
        ask(database, "SELECT event_id, subject, revision, is_muted FROM ops.events")
    )
    return left


@pytest.fixture
def database(tmp_path):
    return str(tmp_path / "costs.duckdb")


def test_the_stages_run_in_order(bills, database):
    """The road is the road: a stage that moves or is renamed shows up here."""
    summaries = daily(database=database, paths=[str(bills)])
    assert list(summaries) == DAILY
    written = ask(database, "SELECT stage, outcome FROM ops.runs ORDER BY started_at")
    assert [stage for stage, _ in written] == DAILY
    assert {outcome for _, outcome in written} <= {"done", "nothing_new"}


def test_running_twice_changes_nothing(bills, database):
    """The second run finds the same, and tells nobody anything new."""
    as_of = datetime(2026, 4, 2, tzinfo=UTC)
    daily(database=database, paths=[str(bills)], as_of=as_of)
    before = tables(database)
    assert before["anomalies"] != []
    summaries = daily(database=database, paths=[str(bills)], as_of=as_of)
    assert summaries["ingest_bills"].loaded == 0
    assert summaries["ingest_bills"].known == 3
    assert tables(database) == before


def test_sources_of_the_settings_are_looked_at(bills, tmp_path, database):
    """What the settings name is read without being asked for, under its name."""
    config = tmp_path / "costwarden.toml"
    config.write_text(f"[[sources]]\nname = 'payer'\npath = {json.dumps(str(bills))}\n")
    summaries = daily(database=database, config=str(config))
    assert summaries["ingest_bills payer"].loaded == 3
    assert ask(database, "SELECT DISTINCT source FROM bills.versions") == [("payer",)]


def test_a_source_that_fails_keeps_no_other_out(bills, tmp_path, database):
    """The other sources are read and looked at; the end names what was left out."""
    config = tmp_path / "costwarden.toml"
    config.write_text(
        "[[sources]]\nname = 'gone'\npath = '/nowhere/at/all'\n"
        f"[[sources]]\nname = 'payer'\npath = {json.dumps(str(bills))}\n"
    )
    with pytest.raises(SourcesLeftOut, match="gone: There is nothing at /nowhere"):
        daily(database=database, config=str(config))
    assert ask(database, "SELECT DISTINCT source FROM bills.versions") == [("payer",)]
    outcomes = dict(ask(database, "SELECT stage, outcome FROM ops.runs"))
    assert outcomes.pop("ingest_bills gone") == "failed"
    assert set(outcomes.values()) <= {"done", "nothing_new"}
    assert "write_report" in outcomes


def test_people_find_the_run_in_the_ui(bills, database):
    """Each run leaves a table, a summary and a full progress bar."""
    from prefect.artifacts import Artifact

    daily(database=database, paths=[str(bills)])

    async def artifacts():
        keys = ("anomalies", "daily-summary", "daily-progress")
        return [await Artifact.aget(key) for key in keys]

    table, summary, progress = asyncio.run(artifacts())
    (anomaly,) = [
        row for row in json.loads(table.data) if row["days"].startswith("2026-03-12")
    ]
    assert "Compute" in anomaly["scope"]
    assert "write_report" in summary.data.replace("\\", "")
    assert progress.data == 100


def test_a_failure_is_in_the_journal(database, tmp_path):
    """A run that cannot go on says why, and the stages behind it did not run."""
    with pytest.raises(NothingThere):
        daily(database=database, paths=[str(tmp_path / "nowhere")])
    (row,) = ask(database, "SELECT stage, outcome, detail FROM ops.runs")
    assert row[:2] == ("ingest_bills", "failed")
    assert "NothingThere" in row[2]


def test_only_what_time_heals_is_tried_again(monkeypatch):
    """A busy warehouse is waited for; a wrong bill is not asked twice."""
    from prefect import flow, task

    from flows import stages

    monkeypatch.setattr(stages, "RETRY_SECONDS", 0)
    calls = []

    @task
    def busy():
        calls.append("busy")
        raise WarehouseBusy("held by another process")

    @task
    def wrong():
        calls.append("wrong")
        raise NothingThere("no such file")

    @flow
    async def both():
        for stage in (busy, wrong):
            with pytest.raises((ServiceError, NothingThere)):
                stages.patient(stage)()

    asyncio.run(both())
    assert calls == ["busy"] * 3 + ["wrong"]


def test_a_look_back_goes_month_by_month(bills, database):
    """Oldest first, muted, each month as it was known at its end or arrival."""
    daily(database=database, paths=[str(bills)], is_muted=True)
    with warehouse.connect(database) as con:
        con.execute("DELETE FROM findings.anomalies")
        con.execute("DELETE FROM ops.events")
    summaries = backfill(database=database, from_month="2026-01", to_month="2026-03")
    looked = [name for name in summaries if name.startswith("detect_anomalies")]
    assert looked == [
        "detect_anomalies 2026-01",
        "detect_anomalies 2026-02",
        "detect_anomalies 2026-03",
        "detect_anomalies as known today",
    ]
    assert ask(database, "SELECT count(*) FROM findings.anomalies") != [(0,)]
    assert ask(database, "SELECT count(*) FROM ops.events WHERE NOT is_muted") == [(0,)]


def test_a_look_back_reads_old_bills_first(bills, database):
    """Given a folder of old bills and an empty warehouse, it needs no other run."""
    months = {"from_month": "2026-01", "to_month": "2026-03"}
    summaries = backfill(database=database, paths=[str(bills)], source="old", **months)
    assert next(iter(summaries)) == "ingest_bills"
    assert ask(database, "SELECT DISTINCT source FROM bills.versions") == [("old",)]
    assert ask(database, "SELECT count(*) FROM findings.anomalies") != [(0,)]
    assert load(database=database).report_path.exists()


def test_a_stopped_look_back_ends_in_the_same_tables(bills, tmp_path, monkeypatch):
    """Stopped in the second month and started again, it skips what it had done."""
    from tasks.edge.detection import history

    whole, stopped = (str(tmp_path / f"{name}.duckdb") for name in ("whole", "stopped"))
    for database in (whole, stopped):
        ingested(database, bills)
    months = {"from_month": "2026-01", "to_month": "2026-03"}
    backfill(database=whole, **months)

    finish = history.finish

    def stop(settings, look, month):
        if month.period == "2026-02":
            raise KeyboardInterrupt
        finish(settings, look, month)

    with monkeypatch.context() as patched:
        patched.setattr(history, "finish", stop)
        with pytest.raises(BaseException, match=r"^$|nterrupt"):
            backfill(database=stopped, **months)
    summaries = backfill(database=stopped, **months)
    looked = [name for name in summaries if name.startswith("detect_anomalies")]
    assert looked == [
        "detect_anomalies 2026-02",
        "detect_anomalies 2026-03",
        "detect_anomalies as known today",
    ]
    assert tables(stopped) == tables(whole)
    assert tables(whole)["anomalies"] != []


def test_a_look_back_knows_what_came_later(bills, correction, database):
    """What was an alert then, and was taken back later, ends as retracted."""
    daily(database=database, paths=[str(bills), str(correction)])
    assert ask(database, "SELECT count(*) FROM findings.anomalies") == [(0,)]
    backfill(database=database, from_month="2026-01", to_month="2026-03")
    (found,) = ask(database, "SELECT first_date, status FROM findings.anomalies")
    assert (str(found[0]), found[1]) == ("2026-03-12", "retracted")
    told = ask(database, "SELECT event_type FROM ops.events ORDER BY revision")
    assert ["opened" in told[0][0], "retracted" in told[-1][0]] == [True, True]


def ingested(database, bills):
    from tasks.edge.intake import bills as edge

    edge.ingest(Settings(database=database), [str(bills)])


def test_the_turn_is_free_after_a_failure(database, tmp_path):
    """A failed run does not hold up the next one."""
    with pytest.raises(NothingThere):
        daily(database=database, paths=[str(tmp_path / "nowhere")])
    settings = Settings(database=database, wait_seconds=0)
    with journal.turn(settings, journal.Run("next", "daily")):
        pass
