"""vmalert between a VictoriaMetrics and an Alertmanager."""

from pathlib import Path

from tests.services.servers.alertmanager import Alertmanager
from tests.services.servers.server import program
from tests.services.servers.victoriametrics import VictoriaMetrics
from tests.services.servers.web import WebServer


class Vmalert(WebServer):
    """vmalert over the rules that match a pattern; if none, ``rules/*.yml`` here.

    ``write_rules`` puts a file there and lets a running server read it.
    """

    name = "vmalert"
    health = "/health"

    def __init__(
        self,
        folder,
        metrics: VictoriaMetrics,
        alerts: Alertmanager,
        rules: str | None = None,
        port=None,
    ):
        super().__init__(folder, port)
        self.metrics = metrics
        self.alerts = alerts
        self.rules = rules or str(self.own_rules / "*.yml")

    @property
    def own_rules(self) -> Path:
        return self.folder / "rules"

    def prepare(self):
        self.own_rules.mkdir(exist_ok=True)

    def write_rules(self, text: str, name: str = "rules.yml") -> None:
        """Go on with this file of rules as well, or instead of the one of its name."""
        self.own_rules.mkdir(parents=True, exist_ok=True)
        (self.own_rules / name).write_text(text, encoding="utf-8")
        if self.running:
            self.reload()

    def command(self):
        return [
            program("vmalert", "vmalert-prod", package="victoria-metrics"),
            f"-rule={self.rules}",
            f"-datasource.url={self.metrics.url}",
            f"-remoteWrite.url={self.metrics.url}",
            f"-remoteRead.url={self.metrics.url}",
            f"-notifier.url={self.alerts.url}",
            f"-httpListenAddr={self.address}",
        ]
