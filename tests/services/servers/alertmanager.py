"""Prometheus Alertmanager, alone or with peers."""

from pathlib import Path

from tests.services.servers.server import LOOPBACK, free_port, program
from tests.services.servers.web import WebServer

# Takes alerts and tells nobody.
SILENT = """\
route:
  receiver: nobody
  group_wait: 1s
  group_interval: 1s
receivers:
  - name: nobody
"""


class Alertmanager(WebServer):
    """Alertmanager over a configuration, given as text or as the path of a file.

    ``configure`` replaces the text and lets a running server read it.
    """

    name = "alertmanager"
    health = "/-/ready"

    def __init__(self, folder, config: str | Path = SILENT, port=None):
        super().__init__(folder, port)
        self.config = config

    @property
    def config_file(self) -> Path:
        if isinstance(self.config, Path):
            return self.config
        return self.folder / "alertmanager.yml"

    def prepare(self):
        if not isinstance(self.config, Path):
            self.config_file.write_text(self.config, encoding="utf-8")

    def configure(self, config: str | Path) -> None:
        """Go on with another configuration."""
        self.config = config
        self.prepare()
        self.reload()

    def command(self):
        return [
            program(
                "prometheus-alertmanager",
                "alertmanager",
                package="prometheus-alertmanager",
            ),
            f"--config.file={self.config_file.resolve()}",
            f"--storage.path={self.folder / 'storage'}",
            f"--web.listen-address={self.address}",
            *self.gossip(),
        ]

    def gossip(self) -> list[str]:
        """Return the words that make it stay alone."""
        return ["--cluster.listen-address="]

    def alerts(self, **params) -> list[dict]:
        """Return the alerts that it knows (API v2)."""
        return self.get("/api/v2/alerts", **params).json()


class Peer(Alertmanager):
    """One of a cluster: they tell each other of silences, and of what they have sent.

    ``peers`` are those that it meets when it starts.
    """

    def __init__(self, folder, config: str, peers=()):
        super().__init__(folder, config)
        self.gossips_at = f"{LOOPBACK}:{free_port()}"
        self.peers = peers

    def gossip(self) -> list[str]:
        return [
            f"--cluster.listen-address={self.gossips_at}",
            "--cluster.settle-timeout=2s",
            "--cluster.gossip-interval=50ms",
            "--cluster.pushpull-interval=2s",
            "--cluster.peer-timeout=3s",
            *(f"--cluster.peer={one.gossips_at}" for one in self.peers),
        ]
