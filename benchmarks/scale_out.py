"""What it costs to sum bills on a Dask cluster, against this machine alone.

    python -m benchmarks.scale_out                  # one month of ten million rows
    python -m benchmarks.scale_out --rows 1000000 --rounds 3

Scheduler, two workers of one thread, Prefect and the bucket are processes on loopback
that share these cores, so a cluster cannot win here: what shows is the overhead.
docs/scale-out.md says what follows for machines of their own.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks import measuring
from benchmarks.exports import Bills, simulated

BUCKET = "lake"
HOUR = 3600


@dataclass(frozen=True)
class Handed:
    """Seconds of CPU for all files.

    Attributes:
        summing: Of one worker thread.
        uploading: Of the machine that hands them to it.
    """

    summing: float
    uploading: float


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """Start Prefect, a scheduler and workers; give the engine's name."""
    from prefect.testing.utilities import prefect_test_harness

    with ExitStack() as stack:
        stack.enter_context(prefect_test_harness(server_startup_timeout=120))
        from prefect.settings import PREFECT_API_URL

        os.environ["PREFECT_API_URL"] = str(PREFECT_API_URL.value())
        os.environ["PREFECT_LOGGING_LEVEL"] = "CRITICAL"
        port = free_port()
        arguments = [
            ["scheduler", f"--port={port}"],
            *[["worker", f"tcp://127.0.0.1:{port}", "--nthreads=1", "--no-nanny"]]
            * workers,
        ]
        for what, *given in arguments:
            stack.enter_context(started(what, given, folder))
        yield f"dask://127.0.0.1:{port}"


@contextmanager
def started(what: str, given: list[str], folder: Path) -> Iterator[None]:
    """Run a part of Dask as long as the block."""
    running = subprocess.Popen(
        [
            sys.executable,
            "-m",
            f"distributed.cli.dask_{what}",
            *given,
            "--no-dashboard",
        ],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(measuring.ROOT)])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        running.kill()
        running.wait()


@contextmanager
def bucket() -> Iterator[None]:
    """Serve an empty bucket, and let the environment say where it is."""
    import boto3

    port = free_port()
    running = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
    }
    try:
        answers(port, running)
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield
    finally:
        running.kill()
        running.wait()


def answers(port: int, running: subprocess.Popen[bytes]) -> None:
    """Wait until a process listens on a port of loopback."""
    while running.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise measuring.WorkFailed(f"{running.args} has ended.")


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(folder: Path, bills: Bills, rounds: int, workers: int) -> list[str]:
    """Do the same work here and there, in turn; return what to print."""
    numbers = count()

    def run(engine: str, lake: str) -> measuring.Run:
        home = folder / f"home-{next(numbers)}"
        home.mkdir()
        return measuring.run(
            "ours",
            paths=[str(bills.aws)],
            home=str(home),
            engine=engine,
            dask={"lake": lake},
        )

    def fresh() -> str:
        return f"s3://{BUCKET}/{next(numbers)}"

    with bucket(), cluster(folder, workers) as engine:
        warm = fresh()
        run(engine, warm)
        found = measuring.in_turn(
            {
                "local": lambda: run("local", fresh()),
                "dask": lambda: run(engine, fresh()),
                "dask, sums there": lambda: run(engine, warm),
            },
            rounds,
        )
        handed = alone(bills)
    return report(bills, found, handed, workers)


def alone(bills: Bills) -> Handed:
    """Sum all files as one worker thread does, after uploading them as we do."""
    from tasks.core.intake.formats import aws
    from tasks.edge.costs import partial_sums
    from tasks.edge.intake.arriving.objects import Objects

    place = Objects(f"s3://{BUCKET}/alone", {})
    place.holds("warm")
    summing = uploading = 0.0
    for number, file in enumerate(bills.files):
        before = time.process_time()
        place.put(Path(file), partial_sums.file_key(str(number)))
        between = time.process_time()
        partial_sums.make(
            place.url, {}, str(number), aws.CUR2.name, partial_sums.edition()
        )
        uploading += between - before
        summing += time.process_time() - between
    return Handed(summing, uploading)


def report(
    bills: Bills, found: dict[str, measuring.Series], handed: Handed, workers: int
) -> list[str]:
    """Return the table, and what docs/scale-out.md reckons with.

    Seconds of CPU say what machines of their own would take; those on the wall depend
    on who else uses this one.
    """
    said = measuring.lines(found.values(), bills.rows, found["local"], bills.bytes)
    if any(not series.runs for series in found.values()):
        return said
    local, dask, there = (
        statistics.median(run.cpu for run in series.runs) for series in found.values()
    )
    ratio = found["dask"].seconds / found["local"].seconds
    millions = bills.rows / 1e6
    return [
        *said,
        f"{len(bills.files)} files; with {workers} workers {ratio:.2f} times local",
        "seconds of CPU for a million rows:",
        f"  {local / millions:.3f} all of it, locally",
        f"  {dask / millions:.3f} this machine, with a cluster",
        f"  {there / millions:.3f} the same, where sums are there already",
        f"  {handed.uploading / millions:.3f} of them to upload",
        f"  {handed.summing / millions:.3f} a worker: download, sum, upload the sums",
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--bills", type=Path, help="folder to keep the bills in")
    args = parser.parse_args()
    measuring.pin(2)
    with tempfile.TemporaryDirectory(prefix="costwarden-scale-out-") as folder:
        bills = simulated(args.bills or Path(folder), args.rows)
        for line in measure(Path(folder), bills, args.rounds, args.workers):
            print(line)


if __name__ == "__main__":
    main()
