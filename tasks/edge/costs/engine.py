"""Where the lines of bills are summed: on this machine, or on a Dask cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from tasks.core.errors import ConfigError
from tasks.core.intake.formats.declaration import Format
from tasks.edge.settings import Settings


class Engine(Protocol):
    """Sums lake files before somebody needs their sums."""

    @property
    def at_once(self) -> int:
        """How many files are worth having in work at a time."""

    def sum(self, kind: Format, file: Path) -> None:
        """Put the sums of a lake file beside it, or leave that to whoever needs them.

        Raises:
            ServiceError: What should have summed it is down.
        """


class Local:
    """This machine, where sums are made when they are needed."""

    # DuckDB divides a file among cores by its row groups, of which many files have no
    # more than a few; and it waits while one is copied.
    at_once = 2

    def sum(self, kind: Format, file: Path) -> None:
        """Leave it to whoever needs them."""


@contextmanager
def opened(settings: Settings) -> Iterator[Engine]:
    """Give the engine of the settings; a cluster is reached when it is first needed.

    Raises:
        ConfigError: What it needs is not installed or not set.
    """
    if settings.engine == "local":
        yield Local()
        return
    try:
        from tasks.edge.costs import cluster  # noqa: PLC0415 - slow, and an extra
    except ImportError as error:
        raise ConfigError(
            f"engine {settings.engine} needs {error.name}: install costwarden[dask]."
        ) from error
    with cluster.opened(settings) as found:
        yield found
