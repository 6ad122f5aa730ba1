"""Lines out that the retention setting does not keep."""

from dataclasses import dataclass

from prefect import task

from tasks.edge.database import warehouse
from tasks.edge.intake.versions import pruning
from tasks.edge.settings import Settings


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What was given up.

    Attributes:
        versions: Bill versions whose lines are no longer kept.
        files: Lake files that went with them.
    """

    versions: int
    files: int


@task
def prune_bills(settings: Settings) -> GivenUp:
    """Give up lines of replaced versions; their daily series stay."""
    done = pruning.prune(settings, warehouse.on_stderr, apply=True)
    return GivenUp(versions=len(done.bill_ids), files=done.files)
