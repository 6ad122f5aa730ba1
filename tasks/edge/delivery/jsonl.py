"""A file of events, one a line, each of them once.

The size that the file had before a batch is written down with the batch. What lies
behind that size after a crash says which of its lines are there, down to half a line.
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
        """Return the size of the file."""
        return str(self.path.stat().st_size if self.path.exists() else 0)

    def holds(self, batch: Batch) -> bool:
        """Return whether any of a batch is there; if so, the rest is written first."""
        *whole, half = self._behind(int(batch.mark)).split(b"\n")
        missing = [line for line in _lines(batch) if line[:-1] not in set(whole)]
        if len(missing) == len(batch.events) and not half:
            return False
        rest = b"".join(missing)
        is_ours = bool(half) and rest.startswith(half)
        self._append(rest[len(half) :] if is_ours else rest, goes_on=is_ours)
        return True

    def send(self, batch: Batch) -> dict[str, str]:
        """Append a batch; a file refuses nothing."""
        self._append(b"".join(_lines(batch)), goes_on=False)
        return {}

    def _behind(self, size: int) -> bytes:
        """Return what was written since the file had a size."""
        try:
            with self.path.open("rb") as file:
                file.seek(size)
                return file.read()
        except FileNotFoundError:
            return b""

    def _append(self, lines: bytes, *, goes_on: bool) -> None:
        """Append lines; after half a line of somebody else's on a new one."""
        with self.path.open("a+b") as file:
            if file.tell() > 0 and not goes_on:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())


def _lines(batch: Batch) -> list[bytes]:
    return [f"{told.payload}\n".encode() for told in batch.events]
