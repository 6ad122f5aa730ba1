"""The journal and whose turn it is."""

import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass

import pytest

from tasks.core.errors import NothingThere, WarehouseBusy
from tasks.edge.database import journal, warehouse
from tasks.edge.database.journal import Run
from tasks.edge.detection import history
from tasks.edge.settings import ROOT, Settings


@dataclass(frozen=True)
class Aggregated:
    bills: int
    rows: int


@pytest.fixture
def settings(tmp_path):
    return Settings(database=str(tmp_path / "costs.duckdb"), wait_seconds=0.3)


RUN = Run("run-1", "daily")


def rows(settings, columns):
    with warehouse.connect(settings.database) as con:
        return con.execute(
            f"SELECT {columns} FROM ops.runs ORDER BY started_at"
        ).fetchall()


def bill(settings, period, known_at, version=1):
    with warehouse.connect(settings.database) as con:
        con.execute(
            "INSERT INTO bills.versions (bill_id, source, source_format, provider,"
            " billing_account_id, billing_period, version, status, digest, known_at,"
            " loaded_at) VALUES (?, 's', 'focus', 'AWS', 'a', ?, ?, 'current', ?,"
            " ?, now())",
            [
                f"s.a.{period}.v{version}",
                period,
                version,
                f"{period}{version}",
                known_at,
            ],
        )


def test_a_stage_is_written_down(settings):
    """Counts, outcome and times are kept for each stage."""
    summary, _ = journal.recorded(settings, RUN, "aggregate", lambda: Aggregated(2, 9))
    assert summary == Aggregated(2, 9)
    assert rows(
        settings, "stage, outcome, rows_in, rows_out, finished_at >= started_at"
    ) == [("aggregate", "done", 2, 9, True)]


def test_a_failure_is_written_down_and_raised(settings):
    """The journal keeps the sentence; the caller still gets the error."""

    def fail():
        raise NothingThere("There is no bill.")

    with pytest.raises(NothingThere):
        journal.recorded(settings, RUN, "ingest", fail)
    assert rows(settings, "outcome, detail") == [
        ("failed", "NothingThere: There is no bill.")
    ]


def test_a_stage_tried_again_has_one_row(settings):
    """A retry overwrites what the failed attempt left."""
    with pytest.raises(ZeroDivisionError):
        journal.recorded(settings, RUN, "aggregate", lambda: 1 // 0)
    journal.recorded(settings, RUN, "aggregate", lambda: Aggregated(1, 1))
    assert rows(settings, "outcome") == [("done",)]


def test_two_runs_never_hold_the_turn(settings):
    """The second run waits, says for whom, and gives up with a clear sentence."""
    said = []
    with (
        journal.turn(settings, RUN),
        pytest.raises(WarehouseBusy, match="daily, process"),
        journal.turn(settings, Run("run-2", "backfill"), said.append),
    ):
        pass
    assert len(said) == 1
    assert "daily, process" in said[0]


def test_the_turn_is_free_afterwards(settings):
    """A run that ended, well or badly, holds nobody up."""
    with pytest.raises(ZeroDivisionError), journal.turn(settings, RUN):
        raise ZeroDivisionError
    with journal.turn(settings, RUN):
        pass


def test_a_killed_run_is_found_out(settings):
    """What a killed process was at is told as crashed by the next run."""
    script = f"""
        import time
        from tasks.edge.database import journal
        from tasks.edge.settings import Settings
        settings = Settings(database={settings.database!r})
        run = journal.Run("killed", "daily")
        def hang():
            print("in", flush=True)
            time.sleep(60)
        with journal.turn(settings, run):
            journal.recorded(settings, run, "detect", hang)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"in\n"
        process.send_signal(signal.SIGKILL)
    with journal.turn(settings, RUN):
        pass
    assert rows(settings, "run_id, stage, outcome") == [("killed", "detect", "crashed")]


def test_a_backfill_goes_on_where_it_was(settings):
    """Finished months are left out the next time, and only those."""
    for period in ("2026-01", "2026-02"):
        bill(settings, period, f"{period}-20")
    look = history.look(settings, "2026-01", "2026-03")
    assert [month.period for month in look.pending] == ["2026-01", "2026-02"]
    history.finish(settings, look, look.pending[0])
    again = history.look(settings, "2026-01", "2026-03")
    assert [month.period for month in again.pending] == ["2026-02"]
    assert again.finished == ("2026-01",)


def test_restart_starts_over(settings):
    """Asked to start over, a backfill forgets what it had finished."""
    bill(settings, "2026-01", "2026-01-20")
    look = history.look(settings, "2026-01", "2026-01")
    history.finish(settings, look, look.pending[0])
    assert history.look(settings, "2026-01", "2026-01").pending == ()
    again = history.look(settings, "2026-01", "2026-01", restart=True)
    assert [month.period for month in again.pending] == ["2026-01"]


@pytest.mark.parametrize("change", ["bill", "setting", "months"])
def test_what_findings_depend_on_starts_over_by_itself(settings, change):
    """A newer bill, another setting or other months make it another backfill."""
    bill(settings, "2026-01", "2026-01-20")
    look = history.look(settings, "2026-01", "2026-01")
    history.finish(settings, look, look.pending[0])
    last = "2026-01"
    if change == "bill":
        bill(settings, "2026-01", "2026-02-03", version=2)
    elif change == "setting":
        settings = settings.model_copy(update={"report": "elsewhere.html"})
    else:
        last = "2026-02"
    assert history.look(settings, "2026-01", last).pending != ()


def test_months_without_bills_are_said(settings):
    """A backfill over nothing is a mistake that gets one sentence."""
    with pytest.raises(NothingThere, match="no bills of 2019-01"):
        history.look(settings, "2019-01", "2019-12")


def test_waiting_ends_when_the_other_run_does(settings):
    """A run that waits goes on by itself."""
    script = f"""
        import time
        from tasks.edge.database import journal
        from tasks.edge.settings import Settings
        settings = Settings(database={settings.database!r})
        with journal.turn(settings, journal.Run("first", "daily")):
            print("in", flush=True)
            time.sleep(1)
    """
    patient = settings.model_copy(update={"wait_seconds": 30.0})
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"in\n"
        started = time.monotonic()
        with journal.turn(patient, RUN):
            waited = time.monotonic() - started
    assert 0 < waited < 20
