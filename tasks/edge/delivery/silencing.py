"""Silences of Alertmanagers, which other sinks respect.

They are read before events go out, so that a silence counts from the moment at which
somebody makes it. Who is slow to answer holds up nobody for longer than a moment, and
what it said last counts.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from tasks.core.alerting.silences import Silence, of_anomalies
from tasks.core.errors import CostwardenError
from tasks.edge.database.warehouse import Connection
from tasks.edge.delivery.declaration import Alertmanager
from tasks.edge.settings import Settings

# So long other sinks wait for an answer.
SECONDS = 1.0


def asked(settings: Settings) -> list[Alertmanager]:
    """Return whose silences count."""
    return [sink for sink in settings.sinks if isinstance(sink, Alertmanager)]


def hear(declared: Alertmanager) -> list[Silence] | None:
    """Return the silences that it has now; None where it does not say so at once.

    What is wrong with it is told when it is brought up to date itself.
    """
    from tasks.edge.delivery.alertmanager_api import Client  # noqa: PLC0415 - httpx

    try:
        client = Client(declared.model_copy(update={"timeout_seconds": SECONDS}))
        client.pauses, client.longest = (), SECONDS
        with client:
            return of_anomalies(client.silences())
    except (CostwardenError, OSError):
        return None


def remember(
    con: Connection, sink: str, told: Sequence[Silence], now: datetime
) -> None:
    """Write down how the silences of a sink stand; what is gone has ended.

    Args:
        con: The warehouse, inside a transaction.
        sink: The Alertmanager's name.
        told: All that it has.
        now: When it was asked. What began later may be known from a later answer.
    """
    con.execute(
        "UPDATE ops.silences SET ends_at = $now WHERE sink = $sink AND ends_at > $now"
        " AND starts_at <= $now"
        " AND silence_id NOT IN (SELECT unnest($told::VARCHAR[]))",
        {"sink": sink, "now": now, "told": [one.silence_id for one in told]},
    )
    for one in told:
        con.execute(
            "INSERT OR REPLACE INTO ops.silences (sink, silence_id, matchers, author,"
            " reason, starts_at, ends_at) VALUES ($sink, $silence_id, $matchers,"
            " $author, $reason, $starts_at, $ends_at)",
            {"sink": sink} | asdict(one) | {"matchers": list(one.matchers)},
        )
