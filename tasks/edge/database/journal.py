"""The journal of runs, ``ops.runs``, and whose turn it is to run.

Prefect forgets: its records are written behind and its database may be thrown away.
What ran, when and how it ended is kept here, beside the tables that it wrote.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TypeVar

from tasks.core.errors import WarehouseBusy
from tasks.core.outcomes import Outcome, measured
from tasks.edge.database import warehouse
from tasks.edge.settings import Settings

POLL_SECONDS = 0.2

# How long each run waited for its turn, until its first stage writes it down.
WAITED: dict[str, float] = {}

Summary = TypeVar("Summary")


@dataclass(frozen=True, slots=True)
class Run:
    """Who writes into the journal.

    Attributes:
        run_id: Prefect's flow run id, or a name of the caller's.
        flow: ``daily``, ``backfill``, or the command that runs a stage alone.
    """

    run_id: str
    flow: str


@contextmanager
def turn(
    settings: Settings, run: Run, say: Callable[[str], None] = lambda _line: None
) -> Iterator[None]:
    """Hold the warehouse's only turn to run; wait for whoever has it.

    The warehouse itself is locked only while something is written. This lock keeps
    a whole run together, so that no other one detects on half of its bills. It dies
    with its process, so whatever the journal calls running by then is dead, and is
    put down as crashed.

    Args:
        settings: Names the warehouse and how long to wait.
        run: Who asks.
        say: Gets the one line about waiting.

    Raises:
        WarehouseBusy: The other run did not end in time.
    """
    path = Path(f"{settings.database}.turn")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        asked = time.monotonic()
        _take(file, settings.wait_seconds, say)
        WAITED[run.run_id] = time.monotonic() - asked
        file.truncate(0)
        file.write(f"{run.flow}, process {os.getpid()}, since {_now():%H:%M:%S} UTC")
        file.flush()
        _bury(settings)
        yield


def begin(settings: Settings, run: Run, stage: str, period: str = "") -> None:
    """Write down that a stage starts; one that is tried again starts anew."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        con.execute(
            "INSERT OR REPLACE INTO ops.runs"
            " (run_id, flow, stage, billing_period, started_at, outcome,"
            " waited_seconds) VALUES (?, ?, ?, ?, ?, 'running', ?)",
            [
                run.run_id,
                run.flow,
                stage,
                period,
                _now(),
                WAITED.pop(run.run_id, None),
            ],
        )


def end(
    settings: Settings, run: Run, stage: str, ended: Outcome, period: str = ""
) -> None:
    """Write down how a stage ended."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        con.execute(
            "UPDATE ops.runs SET finished_at = ?, rows_in = ?, rows_out = ?,"
            " outcome = ?, detail = ?"
            " WHERE run_id = ? AND stage = ? AND billing_period = ?",
            [
                _now(),
                ended.rows_in,
                ended.rows_out,
                ended.word,
                ended.sentence,
                run.run_id,
                stage,
                period,
            ],
        )


def recorded(
    settings: Settings,
    run: Run,
    stage: str,
    call: Callable[[], Summary],
    period: str = "",
) -> tuple[Summary, Outcome]:
    """Call a stage, write down how it ended, and return its summary.

    Args:
        settings: Names the warehouse.
        run: Who calls.
        stage: Name in the journal.
        call: The stage; it returns a frozen dataclass of counts.
        period: Billing month that the stage is about, if it is about one.
    """
    begin(settings, run, stage, period)
    try:
        summary = call()
    except BaseException as error:
        failed = Outcome("failed", None, None, f"{type(error).__name__}: {error}")
        # What made the stage fail is worth more than what made the journal fail.
        with suppress(WarehouseBusy):
            end(settings, run, stage, failed, period)
        raise
    outcome = measured(summary)
    end(settings, run, stage, outcome, period)
    return summary, outcome


def finished(settings: Settings, run: Run, stage: str) -> set[str]:
    """Return the billing periods that this run is through with."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        rows = con.execute(
            "SELECT billing_period FROM ops.runs"
            " WHERE run_id = ? AND stage = ? AND outcome = 'done'",
            [run.run_id, stage],
        ).fetchall()
    return {period for (period,) in rows}


def forget(settings: Settings, run: Run) -> None:
    """Strike a run out, so that it starts over."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        con.execute("DELETE FROM ops.runs WHERE run_id = ?", [run.run_id])


def _bury(settings: Settings) -> None:
    """Whoever was running has died: only the holder of the turn gets here."""
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        con.execute(
            "UPDATE ops.runs SET outcome = 'crashed', finished_at = ?,"
            " detail = 'The process ended before the stage did.'"
            " WHERE outcome = 'running'",
            [_now()],
        )


def _take(file: IO[str], wait_seconds: float, say: Callable[[str], None]) -> None:
    deadline = time.monotonic() + wait_seconds
    told = False
    while not _locked(file):
        file.seek(0)
        holder = file.read() or "another run"
        if time.monotonic() > deadline:
            raise WarehouseBusy(
                f"It was not our turn within {wait_seconds:.0f} s: {holder} still runs."
            )
        if not told:
            say(f"Waiting for our turn: {holder} runs.")
            told = True
        time.sleep(POLL_SECONDS)


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _now() -> datetime:
    return datetime.now(UTC)
