"""What has arrived since the last run: the sources of the settings, and paths given."""

from flows.stages import Stages
from tasks.ingest import ingest_bills


async def take_in(stage: Stages, paths: list[str] | None, source: str | None) -> None:
    """Ingest every configured source, and then the paths.

    Args:
        stage: Runs the tasks.
        paths: Files, folders or URLs besides the sources of the settings.
        source: Name under which the bills of these paths are kept.
    """
    for export in stage.settings.sources:
        await stage(ingest_bills, [export.path], export.name, of=export.name)
    if paths:
        await stage(ingest_bills, paths, source)
