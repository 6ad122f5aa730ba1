"""Servers that several tests talk to."""

import pytest

from tests.services import lake_bucket
from tests.services.servers.alertmanager import Alertmanager
from tests.services.servers.kafka import Kafka
from tests.services.servers.server import NotInstalled
from tests.services.servers.victoriametrics import VictoriaMetrics
from tests.services.servers.vmalert import Vmalert


def started(server):
    """Start a server, or leave the test out with a word on how to get the server."""
    try:
        return server.start()
    except NotInstalled as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def broker(tmp_path_factory):
    """The one Kafka of these tests; ask for ``kafka`` to have it up and well."""
    server = Kafka(tmp_path_factory.mktemp("kafka"))
    yield server
    server.stop()


@pytest.fixture
def kafka(broker):
    """A Kafka that answers, whatever the test before did to it.

    Make topics of your own; a test that fills its disk starts a Kafka of its own.
    """
    if broker.running:
        broker.resume()
        broker.wait()
    return started(broker)


@pytest.fixture
def alertmanager(tmp_path):
    """An Alertmanager that tells nobody, until the test gives it a configuration."""
    with started(Alertmanager(tmp_path / "alertmanager")) as server:
        yield server


@pytest.fixture
def victoriametrics(tmp_path):
    """An empty VictoriaMetrics."""
    with started(VictoriaMetrics(tmp_path / "victoriametrics")) as server:
        yield server


@pytest.fixture
def vmalert(tmp_path, victoriametrics, alertmanager):
    """A vmalert over the two above, without a rule until the test writes one."""
    server = Vmalert(tmp_path / "vmalert", victoriametrics, alertmanager)
    with started(server):
        yield server


@pytest.fixture
def bucket(monkeypatch):
    """A bucket on a server of our own; who we are stands in the environment."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    client = boto3.client("s3")
    client.create_bucket(Bucket=lake_bucket.NAME)
    yield client
    lake_bucket.empty(client)
    client.delete_bucket(Bucket=lake_bucket.NAME)
    server.stop()
