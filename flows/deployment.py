"""Steps that ``deployments/prefect.yaml`` names: where to run, and not two at once."""

import os
from pathlib import Path

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolUpdate

CHECKOUT = Path(__file__).parents[1]


async def keep_writers_apart(pool: str) -> dict[str, str]:
    """Let a work pool run one flow at a time, whichever deployment it belongs to.

    A limit of a deployment only holds that deployment back. All write to the same
    warehouse, so the limit belongs on what they share. It is set anew each time that
    somebody deploys.

    Args:
        pool: Work pool of all deployments.
    """
    async with get_client() as client:
        await client.update_work_pool(pool, WorkPoolUpdate(concurrency_limit=1))
    return {"pool": pool}


def enter_checkout() -> dict[str, str]:
    """Go where the code lies that this worker would run.

    Paths of the settings and of a run's parameters are read from there. It is found
    by itself, so the deployment names no folder of any machine; COSTWARDEN_HOME
    overrules it, for a worker that has Costwarden installed without a checkout.
    """
    home = Path(os.environ.get("COSTWARDEN_HOME") or CHECKOUT).resolve()
    os.chdir(home)
    return {"directory": str(home)}
