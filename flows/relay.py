"""The relay: what is due to each sink is brought to it.

Started by the schedule or from the Prefect UI; ``costwarden relay`` does the same
without Prefect, and with ``--follow`` goes on until it is stopped.
"""

import asyncio
from typing import Any

from prefect import flow
from prefect.runtime import flow_run

from flows.stages import say
from tasks.edge.settings import load
from tasks.publish import publish_events

# The next minute's run takes over from one that hangs.
TIMEOUT_SECONDS = 15 * 60


def run_name() -> str:
    """Name a run after the moment that it was meant for."""
    return f"relay {flow_run.scheduled_start_time:%Y-%m-%d %H:%M}"


@flow(name="relay", flow_run_name=run_name, timeout_seconds=TIMEOUT_SECONDS)
async def relay(
    *, database: str | None = None, config: str | None = None
) -> dict[str, Any]:
    """Bring every sink of the settings up to date with the warehouse.

    A sink that fails delays no other, and is tried again later and later. Running it
    twice, or killing it, neither loses nor doubles an event.

    Args:
        database: Warehouse file. Empty: the one of the settings.
        config: Settings file. Empty: deployments/costwarden.toml.
    """
    settings = load(config, database=database)
    done = await asyncio.to_thread(publish_events, settings, is_patient=True)
    for problem in done.problems:
        say(problem)
    return {"publish_events": done}
