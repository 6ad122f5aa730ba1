"""Sums lake files on an existing Dask cluster, through Prefect's runner for it."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from contextvars import Context, copy_context
from pathlib import Path
from typing import Any

from blake3 import blake3
from distributed import KilledWorker
from prefect import task
from prefect.settings import PREFECT_API_URL
from prefect_dask.task_runners import DaskTaskRunner

from tasks.core.errors import ClusterUnavailable, ConfigError
from tasks.core.intake.formats.declaration import Format
from tasks.edge.costs import partial_sums, sums
from tasks.edge.intake.arriving.objects import Objects
from tasks.edge.settings import Settings

REACH_SECONDS = 10
# How often a file that is waited for is asked about.
POLL_SECONDS = 15.0
# Files on their way to or from a worker while another is being summed.
UNDER_WAY = 2

sum_lake_file = task(name="sum_lake_file", persist_result=False)(partial_sums.make)


@contextmanager
def opened(settings: Settings) -> Iterator["Cluster"]:
    """Give the cluster of the settings; it is reached when it is first needed.

    Raises:
        ConfigError: It is not said which cluster, which lake, or which Prefect.
    """
    if not settings.scheduler:
        raise ConfigError(
            "engine dask: set [dask] scheduler, or write dask://HOST:PORT."
        )
    url, options = settings.exchange
    if not url:
        raise ConfigError(
            "engine dask: set lake, or [dask] lake, to a URL that the workers read and"
            " write, such as s3://bucket/prefix."
        )
    if not PREFECT_API_URL.value():
        raise ConfigError(
            "engine dask: set PREFECT_API_URL to a Prefect API that the workers reach"
            " too; prefect server start starts one."
        )
    place = Objects(url, options)
    found = Cluster(settings.scheduler, place, settings.wait_seconds)
    try:
        yield found
    finally:
        found.close()


class Cluster:
    """A Dask cluster that runs already."""

    def __init__(self, scheduler: str, place: Objects, wait_seconds: float) -> None:
        """Know where it is, without reaching it.

        Args:
            scheduler: Address of its scheduler.
            place: Where files and sums are handed over.
            wait_seconds: How long to wait for a first worker, or for another one.
        """
        self.scheduler = scheduler
        self.place = place
        self.wait_seconds = wait_seconds
        self.reached: tuple[DaskTaskRunner, Context] | None = None
        self.lock = threading.Lock()
        self.gathering = threading.Lock()

    @property
    def at_once(self) -> int:
        """One file for each thread of the workers, and some that are under way."""
        runner, _ = self._reach()
        workers: dict[str, int] = runner.client.nthreads()  # type: ignore[no-untyped-call]
        return sum(workers.values()) + UNDER_WAY

    def sum(self, kind: Format, file: Path) -> None:
        """Let a worker sum a lake file, and put the sums beside it.

        Raises:
            ClusterUnavailable: The scheduler does not answer, or has no workers.
        """
        digest = blake3().update_mmap(file).hexdigest()
        key = partial_sums.sums_key(digest, kind.name)
        if not self.place.holds(key):
            lines = partial_sums.file_key(digest)
            if not self.place.holds(lines):
                self.place.put(file, lines)
            if self._made(digest, kind.name) is None:
                return
        sums.keep(file, lambda target: self.place.get(key, target))

    def close(self) -> None:
        """Leave the cluster as it is, but without us."""
        if self.reached is not None:
            self.reached[0].__exit__(None, None, None)
            self.reached = None

    def _reach(self) -> tuple[DaskTaskRunner, Context]:
        with self.lock:
            if self.reached is None:
                self.reached = self._connected(), copy_context()
            return self.reached

    def _connected(self) -> DaskTaskRunner:
        runner = DaskTaskRunner(
            address=self.scheduler, client_kwargs={"timeout": REACH_SECONDS}
        )
        runner.__enter__()  # type: ignore[no-untyped-call]
        try:
            runner.client.wait_for_workers(1, timeout=self.wait_seconds)
        except (OSError, ValueError) as error:
            runner.__exit__(None, None, None)
            raise ClusterUnavailable(
                f"The Dask cluster at {self.scheduler} cannot be used ({error}): see"
                " whether its scheduler is up and can be reached from here, and has"
                " workers; then run again."
            ) from error
        return runner

    def _made(self, digest: str, kind: str) -> str | None:
        """Let a worker make the sums; None where the file is damaged."""
        runner, context = self._reach()
        given = {
            "lake": self.place.url,
            "options": dict(self.place.options),
            "digest": digest,
            "kind": kind,
            "wanted": partial_sums.edition(),
        }
        # The task belongs to the run that asked; the thread that asks knows of none.
        future = context.copy().run(runner.submit, sum_lake_file, given)
        try:
            return self._result(runner, future)
        except KilledWorker as error:
            raise ClusterUnavailable(
                f"Workers of {self.scheduler} died again and again over one file:"
                " see their log; most often they lack memory."
            ) from error
        except (CancelledError, OSError) as error:
            raise ClusterUnavailable(
                f"The Dask cluster at {self.scheduler} was lost ({error}): run again;"
                " what it has summed is kept."
            ) from error

    def _result(self, runner: DaskTaskRunner, future: Any) -> str | None:
        """Wait for a task as long as there are workers for it."""
        while True:
            try:
                return gathered(future, self.gathering, POLL_SECONDS)
            except TimeoutError:
                runner.client.wait_for_workers(1, timeout=self.wait_seconds)


def gathered(future: Any, gathering: threading.Lock, seconds: float) -> str | None:
    """Wait for a task to end, then fetch what it returned.

    Threads that fetch at the same moment share one request of Dask's client, and the
    first that has waited long enough cancels it for all, which the others then see as
    an `UnboundLocalError`. So they wait together, and fetch one after another.

    Args:
        future: A `PrefectDaskFuture`.
        gathering: Held by the thread that fetches.
        seconds: How long to wait, and how long to fetch.

    Raises:
        TimeoutError: It has not ended, or its worker does not hand it over.
    """
    future.wrapped_future.exception(timeout=seconds)
    with gathering:
        key: str | None = future.result(timeout=seconds)
    return key
