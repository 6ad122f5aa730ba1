"""What a sink is to the relay; a new kind of sink is a class of one of these shapes.

The warehouse is never open while a sink talks to its server: what it sends is read
before, and what came of it is written after.
"""

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from tasks.edge.database.warehouse import Connection


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the outbox.

    Attributes:
        event_id: CloudEvents id.
        subject: What it is about; events of one subject keep their order.
        payload: The whole event in the CloudEvents JSON format.
    """

    event_id: str
    subject: str
    payload: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Events that go to one sink together.

    Attributes:
        batch_id: No other batch has it.
        number: Counts the batches of the sink.
        mark: What ``EventSink.mark`` said before it was written down.
        events: In the order of the outbox.
    """

    batch_id: str
    number: int
    mark: str
    events: tuple[Told, ...]

    def without(self, refused: Collection[str]) -> list[Told]:
        """Return what may go where some are refused.

        Later events of a refused one's subject stay behind it.
        """
        stuck: set[str] = set()
        going = []
        for told in self.events:
            if told.event_id in refused:
                stuck.add(told.subject)
            elif told.subject not in stuck:
                going.append(told)
        return going


@runtime_checkable
class EventSink(AbstractContextManager["EventSink"], Protocol):
    """A place that gets every event once, in the order of the outbox.

    Used as a context while it is sent to: entering connects. Whatever goes wrong with
    the sink as a whole is raised as a ``CostwardenError`` or an ``OSError``; the batch
    then stays under way, and ``holds`` is asked before anything else is sent.
    """

    def mark(self) -> str:
        """Return how it stands now, for ``holds``; talks to no network."""
        ...

    def holds(self, batch: Batch) -> bool:
        """Return whether a batch that was under way has arrived, as a whole.

        When it has not, nothing of it may arrive later.
        """
        ...

    def send(self, batch: Batch) -> dict[str, str]:
        """Deliver a batch, and return those events that are refused for good.

        Returns:
            The reason by event id; ``batch.without`` them is what has arrived.
        """
        ...


class StateSink(Protocol):
    """A server that is brought to what the warehouse holds, again and again."""

    def look(self) -> None:
        """Ask the server what ``load`` wants to know of it; fails as ``send`` does."""
        ...

    def load(self, con: Connection, now: datetime) -> Any:
        """Read what it needs to know; the warehouse closes right after."""
        ...

    def send(self, state: Any) -> Any:
        """Bring the server to that state; failures are raised as of an event sink.

        Returns:
            What ``save`` is to write.
        """
        ...

    def save(self, con: Connection, done: Any) -> int:
        """Write down what is worth remembering; return how many things were sent."""
        ...


@runtime_checkable
class WorksOut(Protocol):
    """A state sink whose state takes so long that nobody should wait for it."""

    def work_out(self, state: Any) -> Any:
        """Complete what ``load`` returned while the warehouse is closed.

        Returns:
            None where ``load`` said all; otherwise what ``announce`` gets.
        """
        ...

    def announce(self, con: Connection, state: Any) -> Any:
        """Write down what is about to be sent; return what ``send`` gets."""
        ...


@runtime_checkable
class Remarks(Protocol):
    """A sink that has something to say of what it sent, besides how much."""

    remarks: list[str]
