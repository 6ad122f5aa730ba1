"""The settings of sinks: where events and figures go besides the warehouse.

An event sink gets every event of the outbox, in order. A state sink is brought to what
the warehouse holds, as often as a relay runs.
"""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from tasks.core.model import Frozen
from tasks.edge.secrets import SecretReference, Url


class Sink(Frozen):
    """What all sinks have."""

    name: str = Field(min_length=1, description="Name in ops.deliveries.")


class JsonLines(Sink):
    """A file of events: one CloudEvent a line."""

    kind: Literal["jsonl"] = "jsonl"
    path: str = Field(description="File that events are appended to.")


class Kafka(Sink):
    """A topic of events."""

    kind: Literal["kafka"]
    bootstrap_servers: str = Field(description="HOST:PORT, several by commas.")
    topic: str = Field("cost-events", pattern=r"^[A-Za-z0-9._-]{1,249}$")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = (
        "PLAINTEXT"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    username: str | None = None
    password: SecretReference | None = None
    ca_file: str | None = Field(None, description="Certificates to trust, PEM.")


class HttpSink(Sink):
    """A server that is spoken to over HTTP."""

    url: Url = Field(description="Its address, without a path of the API.")
    username: str | None = Field(None, description="With a password: basic auth.")
    password: SecretReference | None = None
    token: SecretReference | None = Field(None, description="Bearer token.")
    ca_file: str | None = Field(None, description="Certificates to trust, PEM.")
    timeout_seconds: float = Field(30.0, gt=0, description="Of one request.")
    refresh_seconds: float = Field(
        60.0, ge=0, description="A relay that comes again earlier leaves it alone."
    )


class Alertmanager(HttpSink):
    """Alerts for people, by Alertmanager's API v2."""

    kind: Literal["alertmanager"]
    expire_hours: float = Field(
        50.0, gt=0, description="Alerts end so long after the last relay."
    )
    digest: bool = Field(True, description="Send a digest each day that has news.")
    digest_hour: int = Field(7, ge=0, le=23, description="When its day ends, UTC.")
    report_url: Url = Field("", description="Where people open the report.")
    prefect_url: Url = Field("", description="Where people open Prefect's UI.")
    runbook_url: Url = Field("", description="What to do about an alert.")


class VictoriaMetrics(HttpSink):
    """Figures by day, by VictoriaMetrics' import API."""

    kind: Literal["victoriametrics"]
    refresh_seconds: float = Field(900.0, ge=0)
    max_series: int = Field(
        10_000,
        ge=200,
        description="Series of daily figures at most; the dearest have names.",
    )
    labels: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], str] = Field(
        default={},
        description="Put on every series, where warehouses share a server.",
    )


def _kind(sink: Any) -> str:
    """Read the kind; a sink that says none is a file."""
    found = sink.get("kind") if isinstance(sink, dict) else getattr(sink, "kind", None)
    return str(found or "jsonl")


AnySink = Annotated[
    Annotated[JsonLines, Tag("jsonl")]
    | Annotated[Kafka, Tag("kafka")]
    | Annotated[Alertmanager, Tag("alertmanager")]
    | Annotated[VictoriaMetrics, Tag("victoriametrics")],
    Discriminator(_kind),
]
