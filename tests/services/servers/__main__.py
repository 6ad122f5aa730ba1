"""All servers that Costwarden speaks to, on this machine: `make services`.

They listen on the loopback address alone and keep their data below ``data/services``.
Their ports are not the usual ones, on which Debian's packages listen by themselves.
"""

import argparse
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.services.servers.alertmanager import SILENT, Alertmanager
from tests.services.servers.kafka import Kafka, fetch
from tests.services.servers.server import NotInstalled, NotStarted, Server, is_free
from tests.services.servers.victoriametrics import VictoriaMetrics
from tests.services.servers.vmalert import Vmalert

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "data" / "services"
ROUTING = ROOT / "deployments" / "alertmanager" / "alertmanager.yml"
RULES = ROOT / "deployments" / "victoriametrics" / "rules"
# Each port by the variable that changes it.
PORTS = {
    "KAFKA_PORT": 19092,
    "KAFKA_CONTROLLER_PORT": 19091,
    "ALERTMANAGER_PORT": 19093,
    "VICTORIAMETRICS_PORT": 18428,
    "VMALERT_PORT": 18880,
}

SETTINGS = """
For deployments/costwarden.toml:

[[sinks]]
name = "kafka"
kind = "kafka"
bootstrap_servers = "{kafka}"

[[sinks]]
name = "alertmanager"
kind = "alertmanager"
url = "{alertmanager}"

[[sinks]]
name = "victoriametrics"
kind = "victoriametrics"
url = "{victoriametrics}"
"""


class Refused(Exception):
    """The servers cannot be started, or stopped, as things are."""


def ports() -> dict[str, int]:
    """Return the ports that the environment asks for; each must be free, and once."""
    wanted: dict[str, int] = {}
    for variable, usual in PORTS.items():
        text = os.environ.get(variable, str(usual))
        if not text.isdecimal() or not 0 < int(text) < 65536:
            raise Refused(f"{variable} is {text!r}, which is no port.")
        port = int(text)
        if port in wanted.values() or not is_free(port):
            raise Refused(
                f"Port {port} is taken; choose another: make services {variable}=…"
            )
        wanted[variable] = port
    return wanted


def servers(folder: Path) -> list[Server]:
    """Return all servers, in the order in which they start."""
    at = ports()
    metrics = VictoriaMetrics(folder / "victoriametrics", at["VICTORIAMETRICS_PORT"])
    alerts = Alertmanager(
        folder / "alertmanager",
        ROUTING if ROUTING.exists() else SILENT,
        at["ALERTMANAGER_PORT"],
    )
    rules = str(RULES / "*.yml") if RULES.is_dir() else None
    return [
        Kafka(
            folder / "kafka",
            at["KAFKA_PORT"],
            at["KAFKA_CONTROLLER_PORT"],
            secure=False,
        ),
        metrics,
        alerts,
        Vmalert(folder / "vmalert", metrics, alerts, rules, at["VMALERT_PORT"]),
    ]


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only one who starts servers over this folder; the lock holds our pid."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as lock:
        if not locked(lock):
            raise Refused(f"They run already, over {folder}; `make services-stop`.")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def locked(lock) -> bool:
    """Take the lock, unless somebody has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def show(running: list[Server]) -> None:
    """Print where they are, and what to write into the settings."""
    kafka, metrics, alerts, rules = running
    print(f"\nKafka            {kafka.address}")
    for server in (metrics, alerts, rules):
        print(f"{type(server).__name__:16} {server.url}")
    print(
        SETTINGS.format(
            kafka=kafka.address,
            alertmanager=alerts.url,
            victoriametrics=metrics.url,
        )
    )
    print("They run until Ctrl-C, or `make services-stop`.", flush=True)


def up(folder: Path) -> None:
    """Run all servers until somebody ends us, or one of them ends."""
    # A job in the background of a script is born deaf to Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with alone(folder), contextlib.ExitStack() as stopping:
        try:
            run(servers(folder), stopping)
        finally:
            # A second Ctrl-C must not leave the rest running.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)


def run(wanted: list[Server], stopping: contextlib.ExitStack) -> None:
    """Start servers one after the other, and watch over them."""
    fetch()
    for server in wanted:
        print(f"starting {server.name} …", flush=True)
        stopping.callback(server.stop)
        server.start()
    show(wanted)
    while all(server.running for server in wanted):
        time.sleep(1)
    ended = next(server for server in wanted if not server.running)
    raise NotStarted(f"{ended.name} ended:\n{ended.last_words()}")


def stop(folder: Path) -> None:
    """End whoever runs the servers, and wait until they are gone."""
    with contextlib.suppress(FileNotFoundError), (folder / "lock").open("r+") as lock:
        deadline = time.monotonic() + 120
        told = False
        while not locked(lock):
            lock.seek(0)
            if not told and (owner := lock.read()):
                os.kill(int(owner), signal.SIGTERM)
                told = True
            if time.monotonic() > deadline:
                raise Refused("They have not stopped for two minutes.")
            time.sleep(0.2)


def main() -> int:
    """Do one of the three, and say plainly why if it cannot be."""
    ask = argparse.ArgumentParser(prog="python -m tests.services.servers")
    ask.add_argument("what", choices=["fetch", "up", "stop"])
    ask.add_argument("--folder", type=Path, default=FOLDER)
    given = ask.parse_args()
    try:
        if given.what == "fetch":
            print(f"Kafka's jars are in {fetch()}")
        else:
            {"up": up, "stop": stop}[given.what](given.folder.resolve())
    except KeyboardInterrupt:
        print("stopped")
    except (Refused, NotInstalled, NotStarted) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
