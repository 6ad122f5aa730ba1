"""The response to anomalies: advice, verdicts and plans for their scopes.

Started by the schedule or from the Prefect UI; ``costwarden respond`` does the same
without Prefect.
"""

import asyncio
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from flows.stages import patient, say
from tasks.edge.settings import load
from tasks.respond import respond_to_events

# A schedule starts it again and again: one that hangs must not keep the others waiting.
TIMEOUT_SECONDS = 2 * 60 * 60


def run_name() -> str:
    """Name a run after the moment that it was meant for."""
    return f"respond {flow_run.scheduled_start_time:%Y-%m-%d %H:%M}"


@flow(name="respond", flow_run_name=run_name, timeout_seconds=TIMEOUT_SECONDS)
async def respond(
    *, database: str | None = None, config: str | None = None
) -> dict[str, Any]:
    """Optimise the scope of each anomaly that is new or has changed, and end.

    Events come from the first Kafka sink of the settings, or else from the outbox.
    Each revision of an anomaly is answered once, however often it is told. Nothing is
    changed in any cloud: the plans are files that wait for somebody to submit them.

    Args:
        database: Warehouse file to write to. Empty: the one of the settings.
        config: Settings file. Empty: deployments/costwarden.toml.
    """
    settings = load(config, database=database)
    told = await asyncio.to_thread(
        patient(respond_to_events), settings, str(flow_run.id), say
    )
    return {"respond_to_events": told}
