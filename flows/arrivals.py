"""What has arrived since the last run: the sources of the settings, and paths given."""

from collections.abc import Mapping

from flows.stages import Stages, say
from tasks.core.errors import (
    BillError,
    ConfigError,
    SourcesLeftOut,
    SourceUnavailable,
)
from tasks.edge.database import warehouse
from tasks.edge.intake.arriving import wanted
from tasks.edge.settings import Settings
from tasks.ingest import ingest_bills


async def take_in(
    stage: Stages, paths: list[str] | None, source: str | None
) -> dict[str, str]:
    """Ingest every configured source, and then the paths.

    A source that cannot be read does not keep the others out; a path that was asked
    for in so many words does.

    Args:
        stage: Runs the tasks.
        paths: Files, folders or URLs besides the sources of the settings.
        source: Name under which the bills of these paths are kept.

    Returns:
        Why each source that was left out could not be read, by its name.
    """
    left_out = {}
    for export in stage.settings.sources:
        try:
            await stage(ingest_bills, [export.path], export.name, of=export.name)
        except (BillError, ConfigError, SourceUnavailable) as error:
            left_out[export.name] = str(error)
            say(f"Source {export.name} is left out: {error}")
    if paths:
        await stage(ingest_bills, paths, source)
    return left_out


def refuse_nothing(settings: Settings, paths: list[str]) -> None:
    """Refuse a run that has nothing to read, before it makes anything.

    Raises:
        NothingThere: None of the paths exists; or there are no paths, no sources in the
            settings and no warehouse.
    """
    wanted.require(paths)
    if not paths and not settings.sources:
        warehouse.require(settings.database)


def require(left_out: Mapping[str, str]) -> None:
    """End a run as failed that had to do without a source.

    Raises:
        SourcesLeftOut: It names each of them.
    """
    if left_out:
        sources = " ".join(f"{name}: {why}" for name, why in left_out.items())
        raise SourcesLeftOut(f"All else is done, but without the sources {sources}")
