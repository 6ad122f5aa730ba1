"""``deployments/prefect.yaml`` and ``pyproject.toml`` say what the code does."""

import os
import subprocess
import sys
import tomllib

import pytest
import yaml

from flows import inprocess
from tasks.edge.settings import ROOT

PLAN = yaml.safe_load((ROOT / "deployments" / "prefect.yaml").read_text())
ENTRYPOINTS = [deployment["entrypoint"] for deployment in PLAN["deployments"]]


@pytest.mark.parametrize(
    "entrypoint", [*ENTRYPOINTS, "flows/daily.py:daily", "flows/backfill.py:backfill"]
)
def test_every_entry_point_is_a_flow(entrypoint):
    """Prefect loads each by its module, and by its file as people write it too."""
    script = (
        "from prefect.flows import load_flow_from_entrypoint as load;"
        f"flow = load({entrypoint!r});"
        "print(flow.name, flow.fn.__name__, bool(flow.description))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    name = entrypoint.replace(":", ".").rpartition(".")[2]
    assert done.stdout.split() == [name, name, "True"]


def test_deployments_share_one_pool():
    """What keeps two writers apart is a limit on what both go through."""
    pools = {deployment["work_pool"]["name"] for deployment in PLAN["deployments"]}
    (step,) = PLAN["build"]
    assert pools == {step["flows.deployment.keep_writers_apart"]["pool"]}


def test_deployed_runs_are_as_quiet_as_the_command_line():
    """Each switch that the command line turns off is off in the deployment too."""
    local = {"PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"}
    for deployment in PLAN["deployments"]:
        env = deployment["work_pool"]["job_variables"]["env"]
        assert env == {
            key: value for key, value in inprocess.QUIET.items() if key not in local
        }


def test_prefect_knows_every_setting_of_ours():
    """A switch that Prefect renames must not stay on unnoticed."""
    from prefect.settings import get_current_settings

    with (ROOT / "pyproject.toml").open("rb") as file:
        ours = tomllib.load(file)["tool"]["prefect"]
    known = get_current_settings().model_dump()
    assert unknown(ours, known) == []


def unknown(ours, known, path=""):
    """Return the keys that are not among the known ones, at any depth."""
    found = []
    for key, value in ours.items():
        if key not in known:
            found.append(f"{path}{key}")
        elif isinstance(value, dict):
            found += unknown(value, known[key], f"{path}{key}.")
    return found


def test_what_a_user_has_set_stays(monkeypatch):
    """The switches are defaults, not orders."""
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "true")
    inprocess.prepare(is_verbose=True)
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "true"


@pytest.mark.parametrize("chosen", [True, False])
def test_a_worker_finds_the_checkout(chosen, monkeypatch, tmp_path):
    """Without a word it is where the code lies; COSTWARDEN_HOME overrules that."""
    from flows.deployment import enter_checkout

    monkeypatch.chdir(tmp_path)
    home = tmp_path / "elsewhere"
    home.mkdir()
    monkeypatch.setenv("COSTWARDEN_HOME", str(home) if chosen else "")
    expected = home if chosen else ROOT
    assert enter_checkout() == {"directory": str(expected)}
    assert os.getcwd() == str(expected)  # noqa: PTH109 - what the process says
