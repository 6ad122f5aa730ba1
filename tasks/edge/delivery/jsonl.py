"""A file of events, one a line, each of them once.

The size that the file had before a batch, and which file it was, are written down with
the batch. What lies behind that size after a crash says which of its lines are there,
down to half a line. A file that was renamed meanwhile, as logrotate does it, is found
in its folder by its number on the disk.
"""

import os
from pathlib import Path
from typing import Self

from tasks.edge.delivery.contract import Batch, EventSink
from tasks.edge.delivery.declaration import JsonLines


class JsonLinesSink(EventSink):
    """Appends to a file, and returns once it is on the disk."""

    def __init__(self, declared: JsonLines) -> None:
        """Write to the declared path."""
        self.path = Path(declared.path)

    def __enter__(self) -> Self:
        """Make sure that the folder is there."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_raised: object) -> None:
        """Nothing is held open."""

    def mark(self) -> str:
        """Return the size of the file, and its number on the disk.

        It is made where it can be, for only a file that is there can be told apart.
        """
        try:
            if not self.path.exists():
                self.path.touch()
            found = self.path.stat()
        except OSError:
            return "0"
        return f"{found.st_size}:{found.st_ino}"

    def holds(self, batch: Batch) -> bool:
        """Return whether any of a batch is there; if so, the rest is written first."""
        return any(
            _ended(path, size, _lines(batch)) for path, size in self._places(batch.mark)
        )

    def send(self, batch: Batch) -> dict[str, str]:
        """Append a batch; a file refuses nothing."""
        _append(self.path, b"".join(_lines(batch)), goes_on=False)
        return {}

    def _places(self, mark: str) -> list[tuple[Path, int]]:
        """Return where a batch may lie, and behind how many bytes."""
        size, _, number = mark.partition(":")
        if self.mark().partition(":")[2] == number or not number:
            return [(self.path, int(size))]
        # It was renamed before the batch was written, or after.
        before = [
            (path, int(size))
            for path in self.path.parent.iterdir()
            if path.lstat().st_ino == int(number)
        ]
        return [*before, (self.path, 0)]


def _ended(path: Path, size: int, lines: list[bytes]) -> bool:
    """Write what a file lacks of some lines, if it has any of them behind a size."""
    *whole, half = _behind(path, size).split(b"\n")
    missing = [line for line in lines if line[:-1] not in set(whole)]
    if len(missing) == len(lines) and not half:
        return False
    rest = b"".join(missing)
    is_ours = bool(half) and rest.startswith(half)
    _append(path, rest[len(half) :] if is_ours else rest, goes_on=is_ours)
    return True


def _behind(path: Path, size: int) -> bytes:
    """Return what was written since a file had a size."""
    try:
        with path.open("rb") as file:
            file.seek(size)
            return file.read()
    except FileNotFoundError:
        return b""


def _append(path: Path, lines: bytes, *, goes_on: bool) -> None:
    """Append lines; after half a line of somebody else's on a new one."""
    with path.open("a+b") as file:
        if file.tell() > 0 and not goes_on:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def _lines(batch: Batch) -> list[bytes]:
    return [f"{told.payload}\n".encode() for told in batch.events]
