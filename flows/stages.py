"""Runs the tasks of a flow one after the other, and writes down how each ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from time import monotonic
from typing import Any

from prefect import Task, get_run_logger
from prefect.client.schemas.objects import State, TaskRun
from prefect.runtime import flow_run

from flows import artifacts
from tasks.core.errors import ServiceError
from tasks.edge.database import journal
from tasks.edge.settings import Settings

# A stage that cannot be helped by waiting this long needs a person.
RETRIES = 2
RETRY_SECONDS = 30
# Marks the log lines that people read while they wait.
PROGRESS = {"is_progress": True}


def may_heal(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Retry only what time can repair; a wrong bill stays wrong."""
    return isinstance(state.result(raise_on_failure=False), ServiceError)


def say(line: str) -> None:
    """Log one line for whoever waits for this run."""
    get_run_logger().info(line, extra=PROGRESS)


class Stages:
    """Calls a task with the settings, in a thread, and journals it.

    Attributes:
        summaries: What each stage returned, by stage, in order.
        sentences: The same in words.
    """

    def __init__(self, settings: Settings, run: journal.Run, steps: int) -> None:
        """Expect ``steps`` stages; the progress artifact counts towards them."""
        self.settings = settings
        self.run = run
        self.steps = steps
        self.summaries: dict[str, Any] = {}
        self.sentences: dict[str, str] = {}
        self.progress = artifacts.Progress(run.flow)

    def expect(self, more: int) -> None:
        """Make room on the progress bar for stages that were not known before."""
        self.steps += more

    async def __call__(
        self,
        task: Task[..., Any],
        *args: object,
        of: str = "",
        period: str = "",
        **named: object,
    ) -> Any:
        """Run one task and return its summary.

        Args:
            task: It takes the settings first.
            *args: The rest of its arguments.
            of: Tells two calls of one task apart.
            period: Billing month that the stage is about, if it is about one.
            **named: Arguments given by name.
        """
        stage = f"{task.fn.__name__} {of}".strip()
        started = monotonic()
        summary, outcome = await asyncio.to_thread(
            journal.recorded,
            self.settings,
            self.run,
            stage,
            lambda: patient(task)(self.settings, *args, **named),
            period,
        )
        name = f"{stage} {period}".strip()
        self.summaries[name] = summary
        self.sentences[name] = outcome.sentence
        say(f"{name:<32} {outcome.sentence}  ({monotonic() - started:.1f} s)")
        await self.progress.reach(len(self.summaries) / self.steps)
        return summary


@asynccontextmanager
async def stages(settings: Settings, flow: str, *, steps: int) -> AsyncIterator[Stages]:
    """Wait for the warehouse's turn, and hold it while the stages run.

    Args:
        settings: Given to each stage.
        flow: Name in the journal.
        steps: How many stages there will be.

    Raises:
        WarehouseBusy: Another run did not end in time.
    """
    run = journal.Run(str(flow_run.id), flow)
    with ExitStack() as held:
        await asyncio.to_thread(held.enter_context, journal.turn(settings, run, say))
        running = Stages(settings, run, steps)
        yield running
        await running.progress.reach(1)


def patient(task: Task[..., Any]) -> Task[..., Any]:
    """Return the task with retries where time may help."""
    return task.with_options(
        retries=RETRIES,
        retry_delay_seconds=RETRY_SECONDS,
        retry_condition_fn=may_heal,
    )
