"""VictoriaMetrics, one node."""

from tests.services.servers.server import program
from tests.services.servers.web import WebServer


class VictoriaMetrics(WebServer):
    """VictoriaMetrics with the flags that back-dated daily costs need.

    Without a retention it drops samples older than a month and answers 204 all the
    same; without deduplication a second import of the same samples doubles their sum;
    with its usual latency offset it hides the samples of the last 30 seconds.
    """

    name = "victoriametrics"
    health = "/health"
    retention = "5y"

    def command(self):
        return [
            program(
                "victoria-metrics", "victoria-metrics-prod", package="victoria-metrics"
            ),
            f"-storageDataPath={self.folder / 'storage'}",
            f"-httpListenAddr={self.address}",
            f"-retentionPeriod={self.retention}",
            "-dedup.minScrapeInterval=1ms",
            "-search.latencyOffset=0s",
        ]

    def flush(self) -> None:
        """Make what was imported visible to queries at once (not: safe on disk)."""
        self.get("/internal/force_flush")

    def query(self, expression: str, **params) -> list[dict]:
        """Return the result of an instant query."""
        answer = self.get("/api/v1/query", query=expression, **params).json()
        return answer["data"]["result"]

    def query_range(self, expression: str, **params) -> list[dict]:
        """Return the result of a range query (``start``, ``end``, ``step``)."""
        answer = self.get("/api/v1/query_range", query=expression, **params).json()
        return answer["data"]["result"]
