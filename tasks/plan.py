"""Verdicts in, Argo manifests out."""

from datetime import datetime

from prefect import task

from tasks.edge.actions import workflows
from tasks.edge.actions.workflows import Planned
from tasks.edge.settings import Settings


@task
def plan_workflows(
    settings: Settings, as_of: datetime | None = None, *, is_muted: bool = False
) -> Planned:
    """Write the manifests that may go ahead, and take away those that may not.

    Args:
        settings: Where the warehouse and the folder of manifests are.
        as_of: Time of the plan; None means now.
        is_muted: Keep events from being delivered.
    """
    return workflows.plan(settings, as_of, is_muted=is_muted)
