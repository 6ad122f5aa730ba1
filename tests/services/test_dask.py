"""Bills summed on a Dask cluster: a scheduler, two workers and a bucket on loopback."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tasks.core.errors import ClusterUnavailable, ConfigError
from tasks.edge.costs import daily, partial_sums
from tasks.edge.database import warehouse
from tasks.edge.intake import bills
from tasks.edge.intake.arriving.objects import Objects
from tasks.edge.settings import Dask, Settings
from tests.edge.export_world import LEGACY, rows_of, write_csv
from tests.services.lake_bucket import keys

pytest.importorskip("moto.server")
pytest.importorskip("prefect_dask")

pytestmark = [
    pytest.mark.usefixtures("prefect", "bucket"),
    pytest.mark.service,
    pytest.mark.xdist_group("dask"),
    pytest.mark.timeout(600),
    # The SDKs and Dask leave their connections to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

ROOT = Path(__file__).parents[2]
LAKE = "s3://lake/costwarden"
FILES = 6
# How long parts of a cluster may take to find each other on a busy machine.
PATIENCE = 120

# A worker whose sums take their time, so that it can be killed in the middle of one.
SLOW = """
import os, time
from pathlib import Path
from tasks.edge.costs import sums

real = sums.write

def slowly(con, kind, file, target):
    Path(os.environ["MARKS"], str(os.getpid())).touch()
    time.sleep(float(os.environ["SECONDS"]))
    real(con, kind, file, target)

sums.write = slowly
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def prefect():
    """A Prefect of the tests' own."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


class Cluster:
    """Processes on loopback."""

    def __init__(self, folder):
        """Start a scheduler; its log and those of workers go to the folder."""
        self.folder = folder
        self.marks = folder / "marks"
        self.marks.mkdir()
        (folder / "slow.py").write_text(SLOW)
        self.file = folder / "scheduler.json"
        self.running = []
        self.scheduler = self.start("scheduler", "--host=127.0.0.1", "--port=0")

    def start(self, what, *arguments, seconds=0):
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{self.folder}",
            "MARKS": str(self.marks),
            "SECONDS": str(seconds),
        }
        given = [f"--scheduler-file={self.file}", "--no-dashboard", *arguments]
        started = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", *given],
            env=environment,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / f"{what}-{len(self.running)}.log").open("w"),
        )
        self.running.append(started)
        return started

    def worker(self, *, seconds=0):
        one = ("--no-nanny", "--nthreads=1", "--preload=slow")
        return self.start("worker", *one, seconds=seconds)

    def address(self):
        """Return the scheduler's, or None until its file is there as a whole."""
        with suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(self.file.read_text())["address"]
        return None

    def engine(self, workers):
        """Return its name once so many workers are there."""
        from distributed import Client

        address = self.address()
        while address is None:
            assert self.scheduler.poll() is None
            time.sleep(0.05)
            address = self.address()
        with Client(address, timeout=PATIENCE, set_as_default=False) as client:
            if workers:
                client.wait_for_workers(workers, timeout=PATIENCE)
        return address.replace("tcp://", "dask://")

    def kill_when_summing(self, doomed, worker):
        """Kill a process as soon as a worker is in the middle of a file."""

        def kill():
            while not (self.marks / str(worker.pid)).exists():
                time.sleep(0.05)
            doomed.send_signal(signal.SIGKILL)

        threading.Thread(target=kill, daemon=True).start()

    def stop(self):
        for started in reversed(self.running):
            started.kill()
            started.wait()


@pytest.fixture
def cluster(tmp_path):
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    yield made
    made.stop()


@pytest.fixture
def exports(tmp_path):
    """A month in several files, each with amounts of its own."""
    folder = tmp_path / "exports"
    for number in range(FILES):
        lines = [
            {
                "lineItem/UsageStartDate": f"2026-05-{1 + line % 28:02d}T03:00:00Z",
                "lineItem/ProductCode": f"Product{line % 5}",
                "lineItem/UnblendedCost": f"{line}.{number}00000000{1 + line % 9}",
            }
            for line in range(200)
        ]
        write_csv(folder / f"part-{number}.csv", rows_of(LEGACY, *lines))
    return folder


def series(settings, exports):
    """Ingest the exports and return the daily series, but for when it was made."""
    done = bills.ingest(settings, [str(exports)], say=lambda _: None)
    assert (done.quarantined, done.problems) == (0, ())
    with warehouse.connect(settings.database) as con:
        daily.aggregate(con, settings.lake_path)
    return days(settings.database)


def days(database):
    with warehouse.connect(database) as con:
        return con.execute("FROM series.daily_cost_versions ORDER BY ALL").fetchall()


def settings_in(folder, engine="local"):
    return Settings(
        database=str(folder / "costwarden.duckdb"),
        engine=engine,
        dask=Dask(lake=LAKE),
        wait_seconds=60,
    )


def test_a_cluster_gives_the_same_rows(bucket, cluster, exports, tmp_path):
    """Days that two workers summed are those of one machine, to the last decimal.

    What they have summed is there for a second warehouse, or for a run that was
    stopped: nobody sums it again.
    """
    for _ in range(2):
        cluster.worker(seconds=0.2)
    engine = cluster.engine(2)
    found = series(settings_in(tmp_path / "there", engine), exports)
    assert found == series(settings_in(tmp_path / "here"), exports)
    assert len(found) > 100
    folder = f"costwarden/sums/{partial_sums.edition()}/"
    assert sum(key.startswith(folder) for key in keys(bucket)) == FILES
    marks = list(cluster.marks.iterdir())
    assert len(marks) == 2
    for mark in marks:
        mark.unlink()
    assert series(settings_in(tmp_path / "again", engine), exports) == found
    assert list(cluster.marks.iterdir()) == []


def test_a_killed_worker_changes_nothing(bucket, cluster, exports, tmp_path):
    """Killed in the middle of a file, its work is done by another, with one result."""
    expected = series(settings_in(tmp_path / "here"), exports)
    doomed = cluster.worker(seconds=3600)
    cluster.worker(seconds=0.1)
    engine = cluster.engine(2)
    cluster.kill_when_summing(doomed, doomed)
    found = series(settings_in(tmp_path / "there", engine), exports)
    assert doomed.wait() == -signal.SIGKILL
    assert found == expected
    assert len(keys(bucket)) == 2 * FILES


def test_a_flow_fans_out(cluster, exports, tmp_path):
    """The daily flow sums where the settings say; Prefect knows each file's task."""
    from prefect.client.orchestration import get_client

    from flows.daily import daily

    cluster.worker()
    scheduler = cluster.engine(1).replace("dask://", "tcp://")
    config = tmp_path / "costwarden.toml"
    config.write_text(
        f'engine = "dask"\n[dask]\nscheduler = "{scheduler}"\nlake = "{LAKE}"\n'
    )
    database = str(tmp_path / "there" / "costwarden.duckdb")
    asyncio.run(daily(database=database, config=str(config), paths=[str(exports)]))
    with get_client(sync_client=True) as client:
        runs = [run for run in client.read_task_runs() if run.flow_run_id]
    assert sum(run.name.startswith("sum_lake_file") for run in runs) == FILES
    assert days(database) == series(settings_in(tmp_path / "here"), exports)


def test_a_lost_scheduler_is_told(cluster, exports, tmp_path):
    """A scheduler that dies in the middle ends the run with its address, unloaded."""
    worker = cluster.worker(seconds=3600)
    settings = settings_in(tmp_path / "there", cluster.engine(1))
    cluster.kill_when_summing(cluster.scheduler, worker)
    with pytest.raises(ClusterUnavailable, match="was lost"):
        bills.ingest(settings, [str(exports)], say=lambda _: None)
    with warehouse.connect(settings.database) as con:
        assert con.execute("FROM bills.versions").fetchall() == []


def test_the_same_file_gives_the_same_object(bucket, exports, tmp_path):
    """Sums made again, as after a kill, are the same bytes under the same key."""
    settings = settings_in(tmp_path / "here")
    series(settings, exports)
    file = next(settings.lake_path.rglob("part-00000.parquet"))
    Objects(LAKE, {}).put(file, partial_sums.file_key("d"))
    made = []
    for _ in range(2):
        key = partial_sums.make(LAKE, {}, "d", "aws_legacy_cur", partial_sums.edition())
        path = f"costwarden/{key}"
        made.append(bucket.get_object(Bucket="lake", Key=path)["Body"].read())
        bucket.delete_object(Bucket="lake", Key=path)
    assert made[0] == made[1]


def test_a_worker_of_another_edition_is_told():
    """Sums by other rules are never taken for ours."""
    with pytest.raises(ConfigError, match="install the same Costwarden"):
        partial_sums.make(LAKE, {}, "d", "aws_legacy_cur", "another")


def test_no_scheduler_is_told(exports, tmp_path):
    """Nobody listens at the address: the error names it, and nothing is loaded."""
    settings = settings_in(tmp_path / "there", f"dask://127.0.0.1:{free_port()}")
    with pytest.raises(ClusterUnavailable, match=r"tcp://127.0.0.1:\d+ cannot be used"):
        bills.ingest(settings, [str(exports)], say=lambda _: None)


def test_no_workers_are_told(cluster, exports, tmp_path):
    """A scheduler without workers is no cluster, once we have waited long enough."""
    settings = settings_in(tmp_path / "there", cluster.engine(0))
    settings = settings.model_copy(update={"wait_seconds": 1.0})
    with pytest.raises(ClusterUnavailable, match="has workers"):
        bills.ingest(settings, [str(exports)], say=lambda _: None)
