"""A run that is killed in the middle, and started again."""

import os
import signal
import subprocess
import sys

import pytest

from tasks.edge.database import warehouse
from tasks.edge.settings import ROOT

COLUMNS = {
    "bills.versions": "* EXCLUDE (loaded_at)",
    "bills.totals": "*",
    "series.daily_cost_versions": "*",
    "findings.anomalies": "*",
    "findings.anomaly_days": "* EXCLUDE (scored_at)",
    "findings.anomaly_drivers": "*",
    "ops.events": "* EXCLUDE (occurred_at, payload)",
}


@pytest.fixture
def command(prefect):
    """Start ``costwarden`` against the tests' Prefect, as somebody's shell would."""
    env = os.environ | {"PREFECT_API_URL": prefect}

    def start(*arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "flows.daily", *arguments],
            cwd=ROOT,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def left_by(database):
    """Return what a run leaves in the tables, the journal apart."""
    with warehouse.connect(database) as con:
        return {
            table: sorted(
                con.execute(f"SELECT {columns} FROM {table}").fetchall(), key=repr
            )
            for table, columns in COLUMNS.items()
        }


def test_killed_runs_leave_no_trace(command, bills, tmp_path):
    """Killed in two places and started again, the tables are as without the kills."""
    databases = [str(tmp_path / f"{name}.duckdb") for name in ("whole", "killed")]
    whole, killed = (
        (str(bills), "--database", database, "--as-of", "2026-04-05")
        for database in databases
    )
    finished(command(*whole))
    for stage in ("ingest_bills", "detect_anomalies"):
        kill_after(stage, command(*killed))
    finished(command(*killed))
    expected, actual = map(left_by, databases)
    assert expected["findings.anomalies"] != []
    assert actual == expected


def finished(process):
    with process:
        said = process.stderr.read()
    assert process.returncode == 0, said


def kill_after(stage, process):
    """Kill a run as soon as it says that a stage is done."""
    with process:
        for line in process.stderr:
            if line.strip().startswith(stage):
                process.send_signal(signal.SIGKILL)
                break
        process.stderr.read()
    assert process.returncode == -signal.SIGKILL


def test_an_api_that_is_not_there_is_said(bills, tmp_path):
    """An address that nobody answers at is one sentence, and status 1."""
    given = [str(bills), "--database", str(tmp_path / "x.duckdb")]
    done = subprocess.run(
        [sys.executable, "-m", "flows.daily", *given],
        cwd=ROOT,
        env=os.environ | {"PREFECT_API_URL": "http://127.0.0.1:9/api"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "http://127.0.0.1:9/api does not answer" in done.stderr
    assert "Traceback" not in done.stderr
