"""What people see of a run in the Prefect UI: a table, a summary, a progress bar."""

import asyncio
from uuid import UUID

from prefect.artifacts import (
    acreate_markdown_artifact,
    acreate_progress_artifact,
    acreate_table_artifact,
    aupdate_progress_artifact,
)

from tasks.core.reporting.overview import markdown, table
from tasks.edge.reporting import overview
from tasks.edge.settings import Settings

# The UI shows a table as one page.
ROWS = 200


class Progress:
    """A progress artifact, made when the first step is done."""

    def __init__(self, flow: str) -> None:
        """Name the artifact after its flow; keys are lower case with dashes."""
        self.key = f"{flow}-progress"
        self.artifact: UUID | None = None

    async def reach(self, share: float) -> None:
        """Move the bar to a share between 0 and 1."""
        percent = min(100.0, round(100 * share, 1))
        if self.artifact is None:
            self.artifact = await acreate_progress_artifact(percent, key=self.key)
        else:
            await aupdate_progress_artifact(self.artifact, progress=percent)


async def show(settings: Settings, flow: str, sentences: dict[str, str]) -> None:
    """Leave the anomalies as a table and the run as a summary.

    Args:
        settings: Names the warehouse to read.
        flow: Names the summary.
        sentences: What each stage did, by stage.
    """
    found = await asyncio.to_thread(overview.load, settings)
    await acreate_table_artifact(
        table(found)[:ROWS],
        key="anomalies",
        description="Anomalies that stand, weightiest of each currency first.",
    )
    await acreate_markdown_artifact(markdown(found, sentences), key=f"{flow}-summary")
