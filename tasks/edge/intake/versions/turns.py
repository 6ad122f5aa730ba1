"""What waits to be written, so that many small bills share a turn at the warehouse."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tasks.edge.database import warehouse
from tasks.edge.intake.arriving import memory
from tasks.edge.intake.arriving.memory import Found
from tasks.edge.settings import Settings

# How long finished work may wait.
WRITE_SECONDS = 3.0


@dataclass(slots=True, kw_only=True)
class Turns:
    """Steps that wait for the warehouse, each a transaction of its own."""

    settings: Settings
    say: Callable[[str], None]
    pending: list[Callable[[warehouse.Connection], None]] = field(default_factory=list)
    written_at: float = field(default_factory=time.monotonic)

    def write(self) -> None:
        """Write everything that waits for the warehouse."""
        if self.pending:
            with warehouse.connect(
                self.settings.database,
                wait_seconds=self.settings.wait_seconds,
                say=self.say,
            ) as con:
                for step in self.pending:
                    step(con)
        self.pending.clear()
        self.written_at = time.monotonic()

    def write_if_due(self) -> None:
        """Write if something has waited long enough."""
        if time.monotonic() - self.written_at > WRITE_SECONDS:
            self.write()

    def remember(self, found: Sequence[Found]) -> None:
        """Keep in mind what remote files hold."""
        if found:
            self.pending.append(lambda con: memory.keep(con, found))
