"""Runs single stages from the command line, without Prefect's API."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from prefect import Task

from tasks.edge.database import journal, warehouse
from tasks.edge.settings import Settings


class Alone:
    """Calls a task's function with the settings, and journals it.

    Attributes:
        summaries: What each stage returned, by stage, in order.
        sentences: The same in words.
    """

    def __init__(self, settings: Settings, run: journal.Run) -> None:
        """Call stages as this run."""
        self.settings = settings
        self.run = run
        self.summaries: dict[str, Any] = {}
        self.sentences: dict[str, str] = {}

    def __call__(self, task: Task[..., Any], *args: object, **named: object) -> Any:
        """Run one task's function and return its summary."""
        stage = task.fn.__name__
        summary, outcome = journal.recorded(
            self.settings,
            self.run,
            stage,
            lambda: task.fn(self.settings, *args, **named),
        )
        self.summaries[stage] = summary
        self.sentences[stage] = outcome.sentence
        return summary


def say(line: str) -> None:
    """Tell whoever waits at the terminal."""
    sys.stderr.write(f"{line}\n")


@contextmanager
def alone(settings: Settings, command: str) -> Iterator[Alone]:
    """Hold the warehouse's turn while stages run one by one.

    Raises:
        NothingThere: There is no warehouse.
        WarehouseBusy: Another run did not end in time.
    """
    warehouse.require(settings.database)
    run = journal.Run(str(uuid4()), command)
    with journal.turn(settings, run, say):
        yield Alone(settings, run)
