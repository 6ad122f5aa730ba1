"""Objects in a bucket, by their keys below a URL."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from tasks.core.errors import NotPermitted
from tasks.edge.intake.arriving import remote
from tasks.edge.intake.arriving.reach import reaching


class Objects:
    """A folder in object storage, where an object is whole or not there.

    Methods raise what ``tasks.edge.intake.arriving.reach.reaching`` does.
    """

    def __init__(self, url: str, options: Mapping[str, Any]) -> None:
        """Know where it is, without reaching it.

        Args:
            url: The folder.
            options: What its driver is told; who we are it finds out by itself.
        """
        self.url = url.rstrip("/")
        self.options = options
        self._driver: tuple[Any, str] | None = None
        self._lock = Lock()

    def holds(self, key: str) -> bool:
        """Whether an object is there."""
        with self._reached(key) as (system, path):
            return bool(system.exists(path))

    def get(self, key: str, target: Path) -> None:
        """Fetch an object."""
        with self._reached(key) as (system, path):
            system.get_file(path, str(target))

    def put(self, source: Path, key: str) -> None:
        """Write an object, in place of one that is there."""
        with self._written(key) as (system, path):
            system.put_file(str(source), path)

    def remove(self, folder: str) -> None:
        """Remove all objects below a folder, if there are any."""
        # Drivers differ in what they say of a folder that is not there.
        with self._written(folder) as (system, path), suppress(FileNotFoundError):
            for name in system.find(path):
                system.rm_file(name)

    @contextmanager
    def _written(self, key: str) -> Iterator[tuple[Any, str]]:
        try:
            with self._reached(key) as reached:
                yield reached
        except NotPermitted as error:
            raise NotPermitted(
                f"{self.url}/{key} may not be written: grant the credentials what"
                f" docs/operations.md lists for a lake ({error})"
            ) from error

    @contextmanager
    def _reached(self, key: str) -> Iterator[tuple[Any, str]]:
        with reaching(f"{self.url}/{key}"):
            with self._lock:
                self._driver = self._driver or remote.opened(self.url, self.options)
            system, root = self._driver
            yield system, f"{root.rstrip('/')}/{key}"
