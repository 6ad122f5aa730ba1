"""A passing copy of the warehouse, for what takes long to read.

The file is copied by another process: POSIX drops all locks of a process on a file once
it closes any handle of that file, so copying it here would let other writers in.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.edge.database import warehouse


def take(database: str, target: Path) -> None:
    """Copy a warehouse that this process holds, with the log that it may have.

    Args:
        database: File of the warehouse; what its open transaction wrote is not copied.
        target: Where the copy belongs; one that a killed process left is overwritten.

    Raises:
        OSError: There is no room for it, or no right to write it.
    """
    drop(target)
    copy(database, target)


def copy(database: str, target: Path) -> None:
    """Copy as ``take`` does, over what is there: an existing file keeps its rights."""
    source = Path(database).resolve()
    for suffix in ("", ".wal"):
        part = source.with_name(source.name + suffix)
        if part.exists():
            _copy(part, target.with_name(target.name + suffix))


@contextmanager
def opened(path: Path) -> Iterator[warehouse.Connection]:
    """Open a copy, which nobody else waits for, and remove it afterwards."""
    try:
        with warehouse.connect(path, wait_seconds=0) as con:
            yield con
    finally:
        drop(path)


def drop(path: Path) -> None:
    """Remove a copy, if there is one, and its log."""
    for suffix in ("", ".wal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        ["cp", "--", str(source), str(target.resolve())],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        drop(target)
        raise OSError(f"The warehouse was not copied: {done.stderr.strip()}")
