"""What `make services` promises to people."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest

from tasks.edge.settings import Settings
from tests.services.servers.__main__ import PORTS
from tests.services.servers.kafka import runtime
from tests.services.servers.server import LOOPBACK, NotInstalled, free_port, program

pytestmark = [pytest.mark.service, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def wanted():
    """The environment with a free port for each server, where all are installed."""
    try:
        runtime()
        for name, package in (
            ("victoria-metrics", "victoria-metrics"),
            ("vmalert", "victoria-metrics"),
            ("prometheus-alertmanager", "prometheus-alertmanager"),
        ):
            program(name, package=package)
    except NotInstalled as error:
        pytest.skip(str(error))
    return os.environ | {variable: str(free_port()) for variable in PORTS}


@contextlib.contextmanager
def start(what, folder, environment):
    """Start it, and let nothing of it outlive a test that fails."""
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.services.servers", what, f"--folder={folder}"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with running:
        try:
            yield running
        finally:
            running.kill()


def ended(*given):
    """Return how it ended, and what it complained of."""
    with start(*given) as running:
        _, complaint = running.communicate(timeout=120)
    return running.returncode, complaint


def said(running):
    """Return what it prints until all servers run."""
    lines = []
    for line in running.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            return "".join(lines)
    pytest.fail(f"it ended: {''.join(lines)}{running.stderr.read()}")


def processes_over(folder):
    """Return the number of each process that works in a folder, by its name."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").resolve().is_relative_to(folder):
                found[(entry / "comm").read_text().strip()] = int(entry.name)
    return found


def test_services_start_and_stop(wanted, tmp_path):
    """Addresses answer, the settings hold, and no way of ending leaves a process."""
    for ending in ("Ctrl-C", "stop"):
        with start("up", tmp_path, wanted) as running:
            text = said(running)
            for url in re.findall(r"^\w+ +(http://\S+)$", text, re.MULTILINE):
                assert httpx.get(url, timeout=10).status_code < 500
            settings = text.split("costwarden.toml:")[1].split("They run until")[0]
            sinks = Settings(**tomllib.loads(settings)).sinks
            assert [sink.kind for sink in sinks] == [
                "kafka",
                "alertmanager",
                "victoriametrics",
            ]
            assert f"{LOOPBACK}:{wanted['KAFKA_PORT']}" == sinks[0].bootstrap_servers
            assert len(processes_over(tmp_path)) == 4
            assert "run already" in ended("up", tmp_path, wanted)[1]
            if ending == "Ctrl-C":
                running.send_signal(signal.SIGINT)
            else:
                assert ended(ending, tmp_path, wanted) == (0, "")
            assert running.wait(120) == 0
        assert processes_over(tmp_path) == {}


def test_a_taken_port_is_named(wanted, tmp_path):
    """The port and the variable that changes it; nothing is started."""
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        port = other.getsockname()[1]
        status, why = ended("up", tmp_path, wanted | {"VMALERT_PORT": str(port)})
    assert status == 1
    assert f"Port {port} is taken" in why
    assert "VMALERT_PORT=" in why
    assert processes_over(tmp_path) == {}


def test_a_server_that_dies_is_told(wanted, tmp_path):
    """When one is killed from outside, the others stop and its name is said."""
    with start("up", tmp_path, wanted) as running:
        said(running)
        os.kill(processes_over(tmp_path)["vmalert"], signal.SIGKILL)
        assert running.wait(120) == 1
        assert "vmalert ended" in running.stderr.read()
    assert processes_over(tmp_path) == {}
