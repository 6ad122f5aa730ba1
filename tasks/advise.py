"""Bills, inventory and measurements in, recommendations out."""

from datetime import datetime

from prefect import task

from tasks.edge.actions import advice
from tasks.edge.actions.advice import Advised
from tasks.edge.settings import Settings


@task
def recommend_changes(
    settings: Settings, as_of: datetime | None = None, *, is_muted: bool = False
) -> Advised:
    """Renew all recommendations; what is no longer true is withdrawn.

    Args:
        settings: Where the warehouse is, and the rules.
        as_of: Nothing later than this is looked at; None means now.
        is_muted: Keep events from being delivered, as a backfill wants it.
    """
    return advice.recommend(settings, as_of, is_muted=is_muted)
