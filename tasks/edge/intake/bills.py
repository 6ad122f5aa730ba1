"""Bring exports in as bill versions: everything of a delivery, or nothing and why.

Safe to repeat: a delivery that is known changes nothing, and whatever a killed run
left behind is swept before the next one starts.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from tasks.core.errors import BillError
from tasks.core.intake.deliveries import digest_of
from tasks.edge import warehouse
from tasks.edge.intake import (
    assembly,
    evidence,
    lake,
    pairing,
    register,
    shipping,
    sources,
    staging,
)
from tasks.edge.intake.assembly import Staged
from tasks.edge.intake.lake import Lake
from tasks.edge.intake.shipping import Delivery
from tasks.edge.intake.sources import Arrived
from tasks.edge.settings import Settings

# How long finished work may wait, so that many small bills share one turn at the file.
WRITE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of the exports.

    Attributes:
        loaded: New bill versions and evidence files.
        known: Those that had been loaded before.
        quarantined: Deliveries that were refused.
        problems: One sentence for each refusal and for each path without bills.
    """

    loaded: int
    known: int
    quarantined: int
    problems: tuple[str, ...]


def _on_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def ingest(
    settings: Settings,
    paths: Sequence[str],
    source: str | None = None,
    known_at: datetime | None = None,
    *,
    say: Callable[[str], None] = _on_stderr,
) -> Ingested:
    """Load all exports below the paths.

    Args:
        settings: Where the warehouse and the lake are.
        paths: Files, folders or URLs.
        source: Name to keep the bills under; None takes the name of their format.
        known_at: When the bills became known, in UTC unless it says otherwise; None
            takes the export's own time, or else the time the file was written.
        say: Where lines about waiting and left-out files go.

    Raises:
        NothingThere: None of the paths exists.
        NoBills: Some exist, but none holds an export.
        WarehouseBusy: Another process kept the warehouse or the lake.
    """
    wait = settings.wait_seconds
    if known_at is not None and known_at.tzinfo is None:
        known_at = known_at.replace(tzinfo=UTC)
    with (
        lake.opened(
            settings.lake_path, settings.database, wait_seconds=wait, say=say
        ) as store,
        tempfile.TemporaryDirectory(dir=store.incoming) as folder,
    ):
        scratch = Path(folder)
        arrivals = sources.gather(paths, scratch / "downloads")
        with warehouse.connect(settings.database, wait_seconds=wait, say=say) as con:
            lake.sweep(store, register.bill_ids(con))
            known = register.known(con)
        with staging.connect(scratch) as con:
            run = _Run(settings, store, scratch, con, source, known_at, known, say)
            run.problems += arrivals.problems
            ordered = shipping.deliveries(arrivals, say)
            for delivery in tqdm(ordered, desc="ingest", disable=None, unit="delivery"):
                run.take(delivery)
            run.write()
    return Ingested(run.loaded, run.repeated, run.quarantined, tuple(run.problems))


@dataclass(slots=True)
class _Run:
    """One call of ``ingest``: what it works with, and what it has done so far.

    What is to be written waits in ``pending`` for a short while, so that many small
    deliveries share one turn at the warehouse. Each is a transaction of its own.
    """

    settings: Settings
    store: Lake
    scratch: Path
    con: staging.Connection
    source: str | None
    known_at: datetime | None
    known: register.Known
    say: Callable[[str], None]
    loaded: int = 0
    repeated: int = 0
    quarantined: int = 0
    problems: list[str] = field(default_factory=list)
    pending: list[Callable[[warehouse.Connection], None]] = field(default_factory=list)
    written_at: float = field(default_factory=time.monotonic)

    def take(self, delivery: Delivery) -> None:
        """Load one delivery unless it is known; quarantine what cannot be loaded."""
        try:
            digests = {file.name: sources.digest(file.path) for file in delivery.files}
        except OSError as error:
            # Without its content there is nothing to know it by, so no row is kept.
            self.quarantined += 1
            self.problems.append(f"{error.filename} cannot be read: {error.strerror}.")
            return
        if delivery.problem:
            self._refuse(delivery.files, digests, delivery.problem)
            return
        fresh = [
            file
            for file in delivery.files
            if digests[file.name] not in self.known.evidence
        ]
        self.repeated += len(delivery.files) - len(fresh)
        fresh = self._without_refused(delivery, fresh, digests)
        bills = self.known.deliveries.get(_digest(fresh, digests), 0)
        if fresh and not bills:
            self._load(delivery, fresh, digests)
        self.repeated += bills
        if time.monotonic() - self.written_at > WRITE_SECONDS:
            self.write()

    def _without_refused(
        self, delivery: Delivery, files: Sequence[Arrived], digests: Mapping[str, str]
    ) -> list[Arrived]:
        """Leave out what was refused before and still is.

        It is tried again, for a newer release may read what an older one could not;
        but it must not make its whole folder look new every day.
        """
        sound = []
        for group in delivery.groups(files):
            if _digest(group, digests) in self.known.refused:
                with tempfile.TemporaryDirectory(dir=self.store.incoming) as work:
                    try:
                        self._stage(delivery, group, digests, Path(work))
                    except BillError as error:
                        self._refuse(group, digests, error)
                        continue
            sound += group
        return sound

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

    def _load(
        self, delivery: Delivery, files: Sequence[Arrived], digests: Mapping[str, str]
    ) -> None:
        work = Path(tempfile.mkdtemp(dir=self.store.incoming))
        staged: list[Staged] = []
        for group in delivery.groups(files):
            try:
                staged += self._stage(delivery, group, digests, work)
            except BillError as error:
                self._refuse(group, digests, error)
        for part in staged:
            if not part.export.format.is_bill:
                self._keep_evidence(part)
        charges = [part for part in staged if part.export.format.is_bill]
        if charges:
            self._keep_bills(delivery, charges, work)

    def _stage(
        self,
        delivery: Delivery,
        group: Sequence[Arrived],
        digests: Mapping[str, str],
        work: Path,
    ) -> list[Staged]:
        staged = [
            assembly.stage(self.con, file, digests[file.name], work, self.scratch)
            for file in group
        ]
        assembly.check(delivery, staged)
        return staged

    def _keep_evidence(self, part: Staged) -> None:
        def step(con: warehouse.Connection) -> None:
            evidence.add(con, part.export, part.path, part.digest)
            self.loaded += 1

        self.known.evidence.add(part.digest)
        self.pending.append(step)

    def _keep_bills(
        self, delivery: Delivery, staged: Sequence[Staged], work: Path
    ) -> None:
        bills = assembly.bills(
            self.con, staged, delivery, work, source=self.source, known_at=self.known_at
        )
        digest = digest_of({part.digest for part in staged})

        def step(con: warehouse.Connection) -> None:
            known = pairing.paired(self.con, con, self.store, bills)
            added = register.add(con, self.store, known, digest)
            self.loaded += added
            self.repeated += len(known) - added
            shutil.rmtree(work)

        self.known.deliveries[digest] = len(bills)
        self.pending.append(step)

    def _refuse(
        self, files: Sequence[Arrived], digests: Mapping[str, str], error: BillError
    ) -> None:
        names = [file.name for file in files]
        digest = _digest(files, digests)

        def step(con: warehouse.Connection) -> None:
            register.refuse(con, names, digest, self.source, str(error))

        self.pending.append(step)
        self.quarantined += 1
        self.problems.append(str(error))


def _digest(files: Sequence[Arrived], digests: Mapping[str, str]) -> str:
    return digest_of({digests[file.name] for file in files})
