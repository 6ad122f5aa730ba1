"""Bills in S3, served by moto: listed once, fetched once, and never half."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import boto3
import pytest
from botocore.config import Config

from tasks.core.errors import (
    ConfigError,
    NothingThere,
    NotPermitted,
    SourceUnavailable,
)
from tasks.edge.intake.arriving import remote
from tasks.edge.settings import Source
from tests.edge.export_world import LEGACY, World, rows_of, write_csv

moto_server = pytest.importorskip("moto.server")

pytestmark = [
    pytest.mark.service,
    pytest.mark.timeout(300),
    # The SDKs leave their connections to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

BUCKET = "bills"
URL = f"s3://{BUCKET}/cur"


class Bucket:
    """A bucket on a server of our own, and which objects were asked for."""

    def __init__(self):
        """Start it, with nothing that an earlier one had."""
        self.server = moto_server.ThreadedMotoServer(port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        self.tell("reset")
        self.client = boto3.client(
            "s3", endpoint_url=self.endpoint, config=Config(retries={"max_attempts": 1})
        )
        self.client.create_bucket(Bucket=BUCKET)

    def tell(self, what, body=b""):
        """Tell the server itself something, as its own API has it."""
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.endpoint}/moto-api/{what}",
            data=body,
            headers={"Content-Type": "text/plain"},
        )
        with urllib.request.urlopen(request):  # noqa: S310
            pass

    def put(self, key, content):
        if not isinstance(content, bytes):
            content = content.read_bytes()
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)


@pytest.fixture
def bucket(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    made = Bucket()
    yield made
    made.server.stop()


@pytest.fixture
def world(tmp_path, bucket):
    return at(World(tmp_path), bucket, URL, f"s3://{BUCKET}/**", f"{URL}/2026-05/**")


def at(world, bucket, *urls):
    """Let the settings name some URLs."""
    options = {"client_kwargs": {"endpoint_url": bucket.endpoint}}
    places = tuple(Source(name=url, path=url, options=options) for url in urls)
    world.settings = world.settings.model_copy(update={"sources": places})
    return world


@pytest.fixture
def fetched(monkeypatch):
    """The URLs of the objects that were fetched, in order."""
    urls = []
    real = remote._fetch

    def counted(file, target):
        if not target.exists():
            urls.append(file.url)
        real(file, target)

    monkeypatch.setattr(remote, "_fetch", counted)
    return urls


def bill(tmp_path, period, cost="1.5"):
    """One month's bill in one file."""
    return write_csv(
        tmp_path / f"{period}-{cost}.csv",
        rows_of(
            LEGACY,
            {
                "bill/BillingPeriodStartDate": f"{period}-01T00:00:00Z",
                "lineItem/UsageStartDate": f"{period}-02T00:00:00Z",
                "lineItem/UnblendedCost": cost,
            },
        ),
    )


def test_an_unchanged_bucket_is_listed_and_nothing_is_fetched(
    world, bucket, tmp_path, fetched
):
    """What is known is not fetched again, and a new version is fetched alone."""
    for period in ("2026-04", "2026-05"):
        bucket.put(f"cur/{period}/cur.csv", bill(tmp_path, period))
    first = world.ingest(URL)
    assert (first.loaded, first.known) == (2, 0)
    assert sorted(fetched) == [f"{URL}/2026-0{n}/cur.csv" for n in (4, 5)]
    fetched.clear()
    again = world.ingest(URL)
    assert (again.loaded, again.known, fetched) == (0, 2, [])
    bucket.put("cur/2026-05/cur.csv", bill(tmp_path, "2026-05", "2.5"))
    third = world.ingest(URL)
    assert (third.loaded, third.known) == (1, 1)
    assert fetched == [f"{URL}/2026-05/cur.csv"]
    assert world.versions("billing_period, version, status") == [
        ("2026-04", 1, "current"),
        ("2026-05", 1, "superseded"),
        ("2026-05", 2, "current"),
    ]
    assert list((world.settings.lake_path / ".downloads").iterdir()) == []


def test_a_new_file_in_a_folder_is_fetched_alone(world, bucket, tmp_path, fetched):
    """Known files of a folder are left out, unless a bill is made of both."""
    for period in ("2026-03", "2026-04", "2026-05"):
        bucket.put(f"cur/{period}.csv", bill(tmp_path, period))
    assert world.ingest(URL).loaded == 3
    fetched.clear()
    bucket.put("cur/2026-06.csv", bill(tmp_path, "2026-06"))
    result = world.ingest(URL)
    assert (result.loaded, result.known) == (1, 3)
    assert fetched == [f"{URL}/2026-06.csv"]
    fetched.clear()
    bucket.put("cur/2026-06.csv", bill(tmp_path, "2026-06", "2.5"))
    result = world.ingest(URL)
    assert (result.loaded, result.known) == (1, 3)
    assert fetched == [f"{URL}/2026-06.csv"]
    fetched.clear()
    again = world.ingest(URL)
    assert (again.loaded, again.known, fetched) == (0, 4, [])
    late = write_csv(
        tmp_path / "late.csv",
        rows_of(LEGACY, {"lineItem/UsageStartDate": "2026-05-20T00:00:00Z"}),
    )
    bucket.put("cur/late.csv", late)
    result = world.ingest(URL)
    assert sorted(fetched) == [f"{URL}/2026-05.csv", f"{URL}/late.csv"]
    assert (result.loaded, result.known) == (1, 3)
    assert world.rows(
        "SELECT row_count FROM bills.versions"
        " WHERE status = 'current' ORDER BY billing_period"
    ) == [(1,), (1,), (2,), (1,)]


def test_a_glob_names_what_is_wanted(world, bucket, tmp_path):
    """A star stands for names below the bucket, as everywhere."""
    for period in ("2026-04", "2026-05"):
        bucket.put(f"cur/{period}/cur.csv", bill(tmp_path, period))
    assert world.ingest(f"{URL}/2026-05/**").loaded == 1
    result = world.ingest(f"s3://{BUCKET}/**")
    assert (result.loaded, result.known) == (1, 1)


def test_more_objects_than_a_page_holds(world, bucket, tmp_path, fetched):
    """A listing of several pages is read to its end."""
    with ThreadPoolExecutor(8) as pool:
        for number in range(1100):
            pool.submit(bucket.put, f"cur/a{number:04d}.txt", b"no bill")
    bucket.put("cur/z.csv", bill(tmp_path, "2026-05"))
    assert world.ingest(URL).loaded == 1
    assert fetched == [f"{URL}/z.csv"]


def manifest(execution, *names, period="2026-05", at="2026-05-03T00:00:00Z"):
    """A manifest of Data Exports; its files lie in the folder of the execution."""
    return json.dumps(
        {
            "executionId": execution,
            "createdAt": at,
            "billingPeriod": {"start": f"{period}-01T00:00:00.000Z"},
            "dataFiles": [f"s3://{BUCKET}/cur/{execution}/{name}" for name in names],
            "columns": [{"name": "x"}] * 50,
        }
    ).encode()


def test_manifests_say_what_is_fetched(world, bucket, tmp_path, fetched):
    """Only listed files of new executions are read; one that lacks a file is not."""
    bucket.put("cur/e1/cur-1.csv", bill(tmp_path, "2026-05", "1.5"))
    bucket.put("cur/e1/left-over.csv", bill(tmp_path, "2026-05", "9"))
    bucket.put("cur/e1/Manifest.json", manifest("e1", "cur-1.csv"))
    bucket.put("cur/e2/cur-1.csv", bill(tmp_path, "2026-05", "2.5"))
    bucket.put("cur/e2/Manifest.json", manifest("e2", "cur-1.csv", "cur-2.csv"))
    first = world.ingest(URL)
    assert (first.loaded, first.quarantined) == (1, 1)
    assert "cur-2.csv is not there" in first.problems[0]
    assert sorted(fetched) == [
        f"{URL}/e1/Manifest.json",
        f"{URL}/e1/cur-1.csv",
        f"{URL}/e2/Manifest.json",
    ]
    fetched.clear()
    assert world.ingest(URL).known == 1
    assert fetched == []
    bucket.put("cur/e2/cur-2.csv", bill(tmp_path, "2026-05", "4"))
    assert world.ingest(URL).loaded == 1
    assert sorted(fetched) == [f"{URL}/e2/cur-{n}.csv" for n in (1, 2)]
    assert world.versions("billed_cost") == [(Decimal("1.5"),), (Decimal("6.5"),)]


def test_what_was_refused_is_not_fetched_again(world, bucket, fetched):
    """A bad file is told each time, with the same words, from memory."""
    bucket.put("cur/bad.csv", b"a,b\n1,2\n")
    first = world.ingest(URL)
    assert (first.quarantined, len(fetched)) == (1, 1)
    again = world.ingest(URL)
    assert (again.quarantined, again.problems) == (1, first.problems)
    assert len(fetched) == 1


def test_a_wrong_key_is_told(world, bucket, tmp_path, monkeypatch):
    """Nobody, somebody without the right, and a bucket that is not there."""
    bucket.put("cur/cur.csv", bill(tmp_path, "2026-05"))
    with pytest.raises(NothingThere, match=r"s3://no-such-bucket/cur"):
        at(world, bucket, "s3://no-such-bucket/cur").ingest("s3://no-such-bucket/cur")
    at(world, bucket, URL)
    with pytest.raises(NothingThere, match="There is nothing at s3://bills/cur-x"):
        at(world, bucket, f"{URL}-x").ingest(f"{URL}-x")
    at(world, bucket, URL)

    bucket.tell("reset-auth", b"0")  # from here on every request must be allowed
    with pytest.raises(NotPermitted, match=r"s3://bills/cur may .*s3:ListBucket"):
        world.ingest(URL)
    bucket.tell("reset-auth", b"inf")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(ConfigError, match=r"no credentials for s3://bills/\*\*"):
        at(world, bucket, f"s3://{BUCKET}/**").ingest(f"s3://{BUCKET}/**")


def test_a_stopped_server_is_told(world, bucket, tmp_path):
    """What was loaded before stays; the error says who does not answer."""
    bucket.put("cur/cur.csv", bill(tmp_path, "2026-05"))
    assert world.ingest(URL).loaded == 1
    bucket.server.stop()
    with pytest.raises(SourceUnavailable, match=r"s3://bills/cur does not answer"):
        world.ingest(URL)
    assert len(world.versions()) == 1


def test_a_file_that_changes_on_the_way_is_not_taken(world, bucket, tmp_path):
    """Listed in one state and fetched in another: nothing is loaded."""
    bucket.put("cur/cur.csv", bill(tmp_path, "2026-05"))
    (file,) = remote.listed(URL, world.settings.sources[0].options)
    bucket.put("cur/cur.csv", bill(tmp_path, "2026-05", "22.5"))
    with (
        remote.Downloads(tmp_path / "down") as downloads,
        pytest.raises(SourceUnavailable, match="changed while it was fetched"),
    ):
        downloads.bring([file])
    assert list((tmp_path / "down").iterdir()) == []


KILLED = """
import os, signal, sys
from tasks.edge.intake import bills
from tasks.edge.intake.parsing import staging
from tasks.edge.settings import Settings
from unittest import mock

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

settings = Settings.model_validate_json(sys.argv[1])
with mock.patch.object(staging, "stage", die):
    bills.ingest(settings, [sys.argv[2]])
"""


def test_a_killed_run_does_not_fetch_twice(world, bucket, tmp_path, fetched):
    """What had been fetched whole is there when the next run begins."""
    for period in ("2026-04", "2026-05"):
        bucket.put(f"cur/{period}/cur.csv", bill(tmp_path, period))
    arguments = [sys.executable, "-c", KILLED, world.settings.model_dump_json(), URL]
    died = subprocess.run(
        arguments,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert died.returncode == -signal.SIGKILL
    folder = world.settings.lake_path / ".downloads"
    kept = {path.name for path in folder.iterdir() if path.suffix != ".part"}
    assert kept
    assert world.ingest(URL).loaded == 2
    assert len(fetched) == 2 - len(kept)
    assert list(folder.iterdir()) == []
