"""Sinks: where events go besides the outbox.

Delivery is at least once. A sink that was cut off between writing and being ticked off
gets the event again under the same id, so consumers drop what they have seen.
"""

import os
from pathlib import Path

from tasks.core.errors import SourceUnavailable
from tasks.edge import outbox
from tasks.edge.delivery.declaration import AnySink, JsonLines
from tasks.edge.warehouse import Connection


def deliver(con: Connection, sinks: tuple[AnySink, ...]) -> tuple[int, list[str]]:
    """Bring every sink up to date; one that fails does not stop the others.

    Args:
        con: The warehouse.
        sinks: As configured.

    Returns:
        How many events were delivered, and one sentence for each sink that failed.
    """
    delivered = 0
    problems = []
    for sink in sinks:
        if not isinstance(sink, JsonLines):
            problems.append(f"Sink {sink.name}: {sink.kind} is to come.")
            continue
        try:
            delivered += _bring_up_to_date(con, sink)
        except OSError as error:
            problems.append(f"Sink {sink.name} took no events: {error}.")
    return delivered, problems


def deliver_all(con: Connection, sinks: tuple[AnySink, ...]) -> int:
    """Bring every sink up to date and return how many events were delivered.

    Raises:
        SourceUnavailable: Some sink failed; the others are up to date.
    """
    delivered, problems = deliver(con, sinks)
    if problems:
        raise SourceUnavailable(" ".join(problems))
    return delivered


def _bring_up_to_date(con: Connection, sink: JsonLines) -> int:
    waiting = outbox.undelivered(con, sink.name)
    if waiting:
        _append(Path(sink.path), [payload for _, payload in waiting])
        outbox.acknowledge(con, sink.name, [event_id for event_id, _ in waiting])
    return len(waiting)


def _append(path: Path, lines: list[str]) -> None:
    """Append lines and return once they are on the disk.

    A run that was killed while it wrote leaves half a line; the next one begins a new
    line after it, so that only that half is unreadable.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if file.tell() > 0:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())
