"""Recommendations in, verdicts out: the gate."""

from datetime import datetime

from prefect import task

from tasks.edge.actions import policies
from tasks.edge.actions.policies import Judged
from tasks.edge.settings import Settings


@task
def judge_recommendations(
    settings: Settings, as_of: datetime | None = None, *, is_muted: bool = False
) -> Judged:
    """Judge every open recommendation by the cluster's own policy files.

    Args:
        settings: Where the warehouse and the policies are, and the limits.
        as_of: Time of the judgement; None means now.
        is_muted: Keep events from being delivered.
    """
    return policies.judge(settings, as_of, is_muted=is_muted)
