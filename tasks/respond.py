"""Events in, advice, verdicts and plans for their scopes out."""

from collections.abc import Callable

from prefect import task

from tasks.edge.database import journal
from tasks.edge.response import hearing
from tasks.edge.response.answers import Responded
from tasks.edge.settings import Settings


@task
def respond_to_events(
    settings: Settings,
    run_id: str,
    say: Callable[[str], None],
    *,
    is_following: bool = False,
) -> Responded:
    """Optimise the scope of each anomaly that changed, once for each revision.

    Args:
        settings: Where the warehouse is, and where events come from.
        run_id: Name of this run in the journal.
        say: Gets a line about waiting and, while we go on, one for each batch that
            something came of.
        is_following: Go on until somebody ends it.
    """
    run = journal.Run(run_id, "respond")
    return hearing.respond(settings, run, say, is_following=is_following)
