"""A real server as a child of this process: started, killed, paused, stopped."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path

LOOPBACK = "127.0.0.1"
# Below the ports that Linux gives to outgoing connections, so that nobody takes a
# server's port while it is down.
PORTS = range(20_000, 30_000)


class NotInstalled(Exception):
    """A server is not on this machine; the message says how to get it."""


class NotStarted(Exception):
    """A server ended, or did not answer in time; the message holds its last words."""


def is_free(port: int) -> bool:
    """Return whether a server could listen on this port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """Return a port on which nobody listens."""
    # Workers that were forked from one process must not draw the same ports.
    return next(
        p for p in iter(lambda: random.SystemRandom().choice(PORTS), 0) if is_free(p)
    )


def program(*names: str, package: str) -> str:
    """Return the path of the first of these programs that is installed."""
    for name in names:
        found = shutil.which(name)
        if found:
            return found
    raise NotInstalled(
        f"{names[0]} is not installed; Debian has it: apt install {package}"
    )


def follows_us() -> list[str]:
    """Return the words that let a command die with the thread that starts it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


class Server(ABC):
    """One server: its process, its folder and its port on the loopback address.

    It dies with the thread that started it, so start it from the main thread. What
    ``start`` gave it to listen on it keeps when it is started again.

    Attributes:
        folder: Where its data and its log lie; made by ``start``.
        port: Where it listens.
        patience: Seconds within which it has to answer.
    """

    name: str
    patience = 60.0

    def __init__(self, folder: Path, port: int | None = None):
        self.folder = Path(folder).resolve()
        self.port = port or free_port()
        self.child: subprocess.Popen | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """Return the words that start the server in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Return whether the server does its work."""

    def prepare(self) -> None:  # noqa: B027 - not every server needs something
        """Write what the server needs to find before it starts."""

    def ports(self) -> dict[str, int]:
        """Return what it listens on, by purpose."""
        return {self.name: self.port}

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    @property
    def pid(self) -> int:
        if self.child is None:
            raise NotStarted(f"{self.name} was not started")
        return self.child.pid

    def start(self) -> "Server":
        """Start it and wait until it answers."""
        if self.running:
            return self
        self.launch()
        try:
            self.wait()
        except BaseException:
            self.kill()
            raise
        return self

    def launch(self) -> None:
        """Start it; it may take a while until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.prepare()
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [*follows_us(), *self.command()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for us; we stop it in order
            )

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + self.patience
        while not self.answers():
            if not self.running:
                raise NotStarted(f"{self.name} ended:\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise NotStarted(
                    f"{self.name} has not answered on {self.address} for"
                    f" {self.patience:.0f} seconds:\n{self.last_words()}"
                )
            time.sleep(0.1)

    def last_words(self, lines: int = 20) -> str:
        """Return the end of the log."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self, patience: float = 30.0) -> None:
        """Let it end in order; kill it if it does not."""
        if not self.running:
            return
        self.child.terminate()
        self.resume()
        try:
            self.child.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, as a power cut would (kill -9)."""
        if self.running:
            self.child.kill()
            self.child.wait()

    def pause(self) -> None:
        """Let it hang: connections stay open, nothing answers (SIGSTOP)."""
        os.kill(self.pid, signal.SIGSTOP)
        # Threads stop one after the other; until then they may still answer.
        while any(map(_runs, Path(f"/proc/{self.pid}/task").iterdir())):
            time.sleep(0.001)

    def resume(self) -> None:
        """Let it go on after ``pause``."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def _runs(task: Path) -> bool:
    """Whether a thread is neither stopped nor gone."""
    try:
        state = (task / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "TtZX"
