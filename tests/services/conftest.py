"""Servers that several tests talk to."""

import pytest

from tests.services import lake_bucket


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
