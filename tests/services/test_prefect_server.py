"""A real Prefect: server, worker, deployments, runs started as the UI starts them."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from tasks.edge.database import warehouse
from tasks.edge.settings import ROOT

# Its SQLite answers 503 while a worker writes; Prefect's own clients ask again too.
BUSY_TRIES = 20

pytestmark = [
    pytest.mark.service,
    pytest.mark.xdist_group("prefect server"),
    pytest.mark.timeout(400),
]

PREFECT = Path(sys.executable).with_name("prefect")
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_WORKER_QUERY_SECONDS": "2",
}
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass
class Server:
    """What the test asks of the API, as the UI does."""

    url: str
    env: dict[str, str]

    def ask(self, path, body=None):
        with httpx.Client(trust_env=False, timeout=30) as client:
            method = "GET" if body is None else "POST"
            for _ in range(BUSY_TRIES):
                answer = client.request(method, f"{self.url}{path}", json=body)
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    break
                time.sleep(1)
        answer.raise_for_status()
        return answer.json()

    def command(self, *arguments):
        return subprocess.run(
            [PREFECT, *arguments],
            cwd=ROOT,
            env=self.env,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def deployment(self, name):
        return self.ask(f"/deployments/name/{name}/{name}")

    def start(self, name, **parameters):
        deployment = self.deployment(name)
        run = self.ask(
            f"/deployments/{deployment['id']}/create_flow_run",
            {"parameters": parameters},
        )
        return run["id"]

    def run(self, run_id):
        return self.ask(f"/flow_runs/{run_id}")

    def wait(self, *run_ids, seconds=150):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            runs = [self.run(run_id) for run_id in run_ids]
            if all(run["state_type"] in ENDED for run in runs):
                return runs
            time.sleep(0.5)
        states = [self.run(run_id)["state_name"] for run_id in run_ids]
        raise AssertionError(f"still {states} after {seconds} s")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server and a worker of this test's own, with both flows deployed."""
    home = tmp_path_factory.mktemp("prefect")
    port = free_port()
    env = {key: value for key, value in os.environ.items() if "PREFECT" not in key}
    env |= QUIET | {"PREFECT_HOME": str(home), "COSTWARDEN_HOME": ""}
    here = [PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}/api"
    with background(here, env, home / "server.log"):
        server = Server(url, env | {"PREFECT_API_URL": url})
        until_up(server, home / "server.log")
        server.command("work-pool", "create", "costwarden", "--type", "process")
        deploy(server)
        worker = [PREFECT, "worker", "start", "--pool", "costwarden"]
        # Started elsewhere on purpose: the pull step has to find the checkout.
        with background(worker, server.env, home / "worker.log", cwd=home):
            yield server


def deploy(server):
    server.command(
        "--no-prompt", "deploy", "--prefect-file", "deployments/prefect.yaml", "--all"
    )


def until_up(server, log, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            server.ask("/health")
        except httpx.HTTPError:
            time.sleep(0.3)
        else:
            return
    raise AssertionError(f"no server after {seconds} s: {log.read_text()[-2000:]}")


@contextmanager
def background(command, env, log, cwd=ROOT):
    """Run a command, and stop it and its children at the end."""
    with (
        log.open("wb") as file,
        subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture(scope="module")
def bills(tmp_path_factory):
    """Two months of one service, a file each, with one bad day."""
    folder = tmp_path_factory.mktemp("bills")
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(59)]
    for month in (1, 2):
        rows = [charge(day) for day in days if day.month == month]
        with (folder / f"{month}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
    return folder


def charge(day):
    """Return one FOCUS row."""
    cost = 4000 if day == date(2026, 2, 12) else 100 + day.weekday()
    return {
        "BilledCost": cost,
        "EffectiveCost": cost,
        "ListCost": cost,
        "ContractedCost": cost,
        "BillingAccountId": "payer-1",
        "SubAccountId": "shop",
        "BillingCurrency": "USD",
        "BillingPeriodStart": f"{day:%Y-%m}-01T00:00:00Z",
        "BillingPeriodEnd": "2026-02-01T00:00:00Z"
        if day.month == 1
        else "2026-03-01T00:00:00Z",
        "ChargePeriodStart": f"{day}T00:00:00Z",
        "ChargePeriodEnd": f"{day + timedelta(days=1)}T00:00:00Z",
        "ChargeCategory": "Usage",
        "ProviderName": "AWS",
        "ServiceName": "Compute",
        "RegionId": "eu-west-1",
        "ResourceId": "compute-1",
        "ConsumedQuantity": cost,
        "ConsumedUnit": "Hours",
    }


def test_people_understand_the_parameters(server):
    """The UI shows a sentence for each parameter, and refuses what is no month."""
    for name in ("daily", "backfill"):
        schema = server.deployment(name)["parameter_openapi_schema"]["properties"]
        assert [key for key, value in schema.items() if not value["description"]] == []
    month = server.deployment("backfill")["parameter_openapi_schema"]["properties"]
    assert "pattern" in month["from_month"]


def test_only_the_daily_run_is_scheduled(server):
    """The schedule is the morning in UTC; nobody schedules a look back."""
    (schedule,) = server.deployment("daily")["schedules"]
    assert schedule["schedule"]["cron"] == "15 6 * * *"
    assert schedule["schedule"]["timezone"] == "UTC"
    assert server.deployment("backfill")["schedules"] == []


def test_deploying_names_no_folder_and_sends_nothing(server):
    """The deployment works from any checkout, with everything outbound off."""
    for name in ("daily", "backfill"):
        deployment = server.deployment(name)
        assert str(ROOT) not in json.dumps(deployment)
        assert deployment["job_variables"]["env"]["DO_NOT_TRACK"] == "1"


def test_both_flows_complete_one_after_the_other(server, bills, tmp_path):
    """A daily run, then it and a look back at once: they queue, and all complete."""
    database = str(tmp_path / "costs.duckdb")
    first = server.start("daily", database=database, paths=[str(bills)])
    (done,) = server.wait(first)
    assert (done["state_name"], done["name"][:5]) == ("Completed", "daily")

    look = {"from_month": "2026-01", "to_month": "2026-02", "is_muted": True}
    both = (
        server.start("daily", database=database),
        server.start("backfill", database=database, **look),
    )
    runs = server.wait(*both)
    assert [run["state_name"] for run in runs] == ["Completed", "Completed"]
    earlier, later = sorted(runs, key=lambda run: run["start_time"])
    assert earlier["end_time"] <= later["start_time"]

    artifacts = server.ask("/artifacts/filter", {"sort": "CREATED_DESC"})
    keys = {artifact["key"] for artifact in artifacts}
    assert {"anomalies", "daily-summary", "daily-progress", "backfill-summary"} <= keys
    table = next(found for found in artifacts if found["key"] == "anomalies")
    assert "2026-02-12" in table["data"]
    assert Path(tmp_path / "costs" / "report.html").exists()
    with warehouse.read(database) as con:
        journal = con.execute(
            "SELECT flow, billing_period, outcome FROM ops.runs WHERE stage = 'month'"
            " ORDER BY billing_period"
        ).fetchall()
    assert journal == [
        ("backfill", "2026-01", "done"),
        ("backfill", "2026-02", "done"),
    ]
