"""Brings every sink up to date, each in a thread of its own.

The warehouse is open for short transactions only, and never while a network is waited
for. What a batch is made of is written down before it is sent; after a crash the sink
itself says whether it arrived. So whatever is killed when, nothing is lost, and nothing
is sent twice to a sink that can tell.
"""

import fcntl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.core.backoff import LONGEST_SECONDS
from tasks.core.errors import CostwardenError, WarehouseBusy
from tasks.core.findings.anomalies import stable_id
from tasks.edge.database import warehouse
from tasks.edge.database.warehouse import Connection
from tasks.edge.delivery import kinds, ledger, outbox, silencing
from tasks.edge.delivery.contract import (
    Batch,
    EventSink,
    Remarks,
    StateSink,
    WorksOut,
)
from tasks.edge.delivery.declaration import AnySink
from tasks.edge.settings import Settings

# Threads take turns at the warehouse: their transactions are short.
TURN = threading.Lock()


@dataclass(frozen=True, slots=True)
class Relayed:
    """What one look at the outbox came to.

    Attributes:
        delivered: Events, and for state sinks whatever they count.
        refused: Events that a sink will not take; see ``costwarden events``.
        problems: One sentence for each sink that failed.
        remarks: What else sinks have to say.
        by_sink: What is delivered, by the sink's name.
    """

    delivered: int = 0
    refused: int = 0
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    by_sink: dict[str, int] = field(default_factory=dict)


def relay(settings: Settings, *, is_patient: bool = True) -> Relayed:
    """Bring every sink up to date; one that fails or hangs delays no other.

    Args:
        settings: Names the warehouse and the sinks.
        is_patient: Leave a sink alone that has failed a moment ago, and a server that
            was shown the state a moment ago.

    Raises:
        WarehouseBusy: Another process kept the warehouse for too long.
    """
    if not settings.sinks:
        return Relayed()
    with ThreadPoolExecutor(len(settings.sinks), "relay") as pool:
        ended = list(
            pool.map(
                lambda sink: bring(settings, sink, is_patient=is_patient),
                settings.sinks,
            )
        )
    return Relayed(
        delivered=sum(one.delivered for one in ended),
        refused=sum(one.refused for one in ended),
        problems=[problem for one in ended for problem in one.problems],
        remarks=[remark for one in ended for remark in one.remarks],
        by_sink={
            sink.name: one.delivered
            for sink, one in zip(settings.sinks, ended, strict=True)
        },
    )


def bring(settings: Settings, sink: AnySink, *, is_patient: bool = True) -> Relayed:
    """Bring one sink up to date; another relay that is at it already is left to it."""
    with alone(settings, sink.name) as is_alone:
        if not is_alone:
            return Relayed()
        with _transaction(settings) as con:
            known = ledger.standing(con, sink.name)
            names = [one.name for one in settings.sinks]
            gone = [] if known.batches else ledger.forgotten(con, names)
        if is_patient and _rests(sink, known):
            return Relayed()
        try:
            made = kinds.make(settings, sink, known.relay_id)
            if isinstance(made, EventSink):
                return _greet(sink.name, gone, _tell(settings, sink.name, made))
            return _show(settings, sink, made)
        except WarehouseBusy:
            raise
        except (CostwardenError, OSError) as error:
            reason = " ".join(str(error).split())
            with _transaction(settings) as con:
                ledger.failed(con, sink.name, reason, _now())
            return Relayed(problems=[f"Sink {sink.name} took nothing: {reason}"])


def _tell(settings: Settings, name: str, sink: EventSink) -> Relayed:
    """Send batch after batch until nothing is due."""
    _hear_silences(settings, name)
    mark = sink.mark()
    with _transaction(settings) as con:
        left = ledger.under_way(con, name)
        batch = None if left else ledger.claim(con, name, mark, _now())
    done = Relayed()
    if left is None and batch is None:
        return done
    with sink:
        if left is not None:
            has_arrived = sink.holds(left)
            done = _count(done, left, {}) if has_arrived else done
            batch = _next(settings, name, sink, left, {} if has_arrived else None)
        while batch is not None:
            refused = sink.send(batch)
            done = _count(done, batch, refused)
            batch = _next(settings, name, sink, batch, refused)
    return replace(done, remarks=_remarks(name, sink))


def _rests(sink: AnySink, known: ledger.Standing) -> bool:
    """Return whether to leave a sink alone; no longer after a clock was set back."""
    longest = max(LONGEST_SECONDS, getattr(sink, "refresh_seconds", 0.0))
    left = known.next_at - _now() if known.next_at else timedelta()
    return timedelta() < left <= timedelta(seconds=longest)


def _greet(name: str, gone: list[str], done: Relayed) -> Relayed:
    """Say so where a sink may be an old one under a new name."""
    if not done.delivered or not gone:
        return done
    remark = (
        f"Sink {name} is new and got all events from the first on. If it is what was"
        f" called {' or '.join(gone)}, its consumers now have them twice, by the same"
        " ids: see costwarden events rename-sink."
    )
    return replace(done, remarks=[*done.remarks, remark])


def _hear_silences(settings: Settings, name: str) -> None:
    """Before anything is told, ask who is to be spared; those who are well."""
    declared = silencing.asked(settings)
    if not declared:
        return
    with _transaction(settings) as con:
        if not outbox.waits(con, name):
            return
        well = [one for one in declared if not ledger.standing(con, one.name).failures]
    now = _now()
    told = {one.name: silencing.hear(one) for one in well}
    with _transaction(settings) as con:
        for sink, found in told.items():
            if found is not None:
                silencing.remember(con, sink, found, now)


def _next(
    settings: Settings,
    name: str,
    sink: EventSink,
    ended: Batch,
    refused: dict[str, str] | None,
) -> Batch | None:
    """Settle a batch and write down the one after it, in one transaction.

    Args:
        settings: Names the warehouse.
        name: The sink's.
        sink: Says how it stands now.
        ended: Is settled.
        refused: None says that nothing of it has arrived.
    """
    mark = sink.mark()
    with _transaction(settings) as con:
        if refused is None:
            ledger.forget(con, ended)
        else:
            ledger.settle(con, name, ended, _now(), refused=refused)
            ledger.worked(con, name, _now())
        return ledger.claim(con, name, mark, _now())


def _count(done: Relayed, batch: Batch, refused: dict[str, str]) -> Relayed:
    return replace(
        done,
        delivered=done.delivered + len(batch.without(refused)),
        refused=done.refused + len(refused),
    )


def _show(settings: Settings, declared: AnySink, sink: StateSink) -> Relayed:
    """Bring a server to the state of the warehouse."""
    name, rest = declared.name, getattr(declared, "refresh_seconds", 0.0)
    sink.look()
    with _transaction(settings) as con:
        state = sink.load(con, _now())
    if isinstance(sink, WorksOut) and (complete := sink.work_out(state)) is not None:
        with _transaction(settings) as con:
            state = sink.announce(con, complete)
    done = sink.send(state)
    with _transaction(settings) as con:
        sent = sink.save(con, done)
        ledger.worked(con, name, _now(), rest=timedelta(seconds=rest))
    return Relayed(delivered=sent, remarks=_remarks(name, sink))


def _remarks(name: str, sink: EventSink | StateSink) -> list[str]:
    remarks = sink.remarks if isinstance(sink, Remarks) else []
    return [f"Sink {name}: {one}" for one in remarks]


@contextmanager
def alone(settings: Settings, name: str) -> Iterator[bool]:
    """Keep other relays away from a sink; the lock dies with its process."""
    path = Path(f"{settings.database}.relay-{stable_id([name])[:8]}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _transaction(settings: Settings) -> Iterator[Connection]:
    with (
        TURN,
        warehouse.connect(settings.database, wait_seconds=settings.wait_seconds) as con,
        warehouse.transaction(con),
    ):
        yield con


def _now() -> datetime:
    return datetime.now(UTC)
