"""What tasks on a Dask cluster returned, fetched by several threads at once."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import uuid4

import pytest

pytest.importorskip("prefect_dask")

from distributed import Client, Event, LocalCluster
from prefect_dask.task_runners import PrefectDaskFuture

from tasks.edge.costs.cluster import gathered

pytestmark = [
    pytest.mark.xdist_group("dask"),
    # Dask leaves its connections to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture
def client():
    """A cluster in this process, which takes a second to hand anything over."""
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        handlers = cluster.scheduler.handlers
        at_once = handlers["gather"]

        async def slowly(**given):
            await asyncio.sleep(1)
            return await at_once(**given)

        handlers["gather"] = slowly
        yield client


def after(event, answer):
    """Answer once an event has come, so that tasks end at the same moment."""
    event.wait()
    return answer


def test_who_asks_no_longer_stops_nobody_else(client):
    """Of two threads that fetch at once, one gives up meanwhile and asks again."""
    event = Event(client=client)
    lock = threading.Lock()

    def fetch(answer, seconds):
        task = client.submit(after, event, answer)
        future = PrefectDaskFuture(uuid4(), task)
        while True:
            with suppress(TimeoutError):
                return gathered(future, lock, seconds)
            seconds = 30

    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(fetch, ("a", "b"), (0.9, 30))
        time.sleep(0.2)
        event.set()
        assert list(answers) == ["a", "b"]
