"""Bring exports in as bill versions: everything of a delivery, or nothing and why.

Safe to repeat: a delivery that is known changes nothing, and whatever a killed run
left behind is swept before the next one starts.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tqdm import tqdm

from tasks.core.deliveries import digest_of
from tasks.core.errors import BillError
from tasks.edge import (
    assembly,
    evidence,
    lake,
    register,
    shipping,
    sources,
    staging,
    warehouse,
)
from tasks.edge.lake import Lake
from tasks.edge.settings import Settings
from tasks.edge.shipping import Delivery
from tasks.edge.sources import Arrived


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
        known_at: When the bills became known; None takes the export's own time, or
            else the time the file was written.
        say: Where lines about waiting and left-out files go.

    Raises:
        NothingThere: None of the paths leads to an export.
        WarehouseBusy: Another process kept the warehouse or the lake.
    """
    wait = settings.wait_seconds
    with (
        tempfile.TemporaryDirectory(prefix="costwarden-") as folder,
        lake.opened(
            settings.lake_path, settings.database, wait_seconds=wait, say=say
        ) as store,
    ):
        scratch = Path(folder)
        arrivals = sources.gather(paths, scratch / "downloads")
        with warehouse.connect(settings.database, wait_seconds=wait, say=say) as con:
            lake.sweep(store, register.bill_ids(con))
            known = register.known(con)
        run = _Run(settings, store, scratch, source, known_at, known, say)
        run.problems += arrivals.problems
        ordered = shipping.deliveries(arrivals, say)
        for delivery in tqdm(ordered, desc="ingest", disable=None, unit="delivery"):
            run.take(delivery)
    return Ingested(run.loaded, run.repeated, run.quarantined, tuple(run.problems))


@dataclass(slots=True)
class _Run:
    """One call of ``ingest``: what it works with, and what it has done so far."""

    settings: Settings
    store: Lake
    scratch: Path
    source: str | None
    known_at: datetime | None
    known: register.Known
    say: Callable[[str], None]
    loaded: int = 0
    repeated: int = 0
    quarantined: int = 0
    problems: list[str] = field(default_factory=list)

    def take(self, delivery: Delivery) -> None:
        """Load one delivery unless it is known; quarantine what cannot be loaded."""
        digests = {file.name: sources.digest(file.path) for file in delivery.files}
        if delivery.problem:
            self._refuse(delivery.files, digests, BillError(delivery.problem))
            return
        fresh = [
            file
            for file in delivery.files
            if digests[file.name] not in self.known.evidence
        ]
        self.repeated += len(delivery.files) - len(fresh)
        bills = self.known.deliveries.get(_digest(fresh, digests), 0)
        if fresh and not bills:
            self._load(delivery, fresh, digests)
        self.repeated += bills

    def _load(
        self, delivery: Delivery, files: Sequence[Arrived], digests: Mapping[str, str]
    ) -> None:
        work = self.store.incoming / "delivery"
        work.mkdir()
        con = staging.connect(self.scratch)
        try:
            staged: list[assembly.Staged] = []
            for group in delivery.groups(files):
                try:
                    staged += self._stage(con, delivery, group, digests, work)
                except BillError as error:
                    self._refuse(group, digests, error)
            if staged:
                self._register(con, delivery, staged, work)
        finally:
            con.close()
            shutil.rmtree(work, ignore_errors=True)

    def _stage(
        self,
        con: staging.Connection,
        delivery: Delivery,
        group: Sequence[Arrived],
        digests: Mapping[str, str],
        work: Path,
    ) -> list[assembly.Staged]:
        """Stage the bills of a group; evidence among it goes where it belongs."""
        staged = []
        for file in group:
            part = assembly.stage(con, file, digests[file.name], work, self.scratch)
            if part.export.format.is_bill:
                staged.append(part)
            else:
                self._keep_evidence(con, part)
        assembly.check(delivery, staged)
        return staged

    def _keep_evidence(self, con: staging.Connection, part: assembly.Staged) -> None:
        evidence.check(con, part.export, part.path)
        with self._warehouse() as target:
            evidence.add(target, part.export, part.path, part.digest)
        self.known.evidence.add(part.digest)
        self.loaded += 1

    def _register(
        self,
        con: staging.Connection,
        delivery: Delivery,
        staged: Sequence[assembly.Staged],
        work: Path,
    ) -> None:
        bills = assembly.bills(
            con, staged, delivery, work, source=self.source, known_at=self.known_at
        )
        digest = digest_of({part.digest for part in staged})
        with self._warehouse() as target:
            added = register.add(target, self.store, bills, digest)
        self.known.deliveries[digest] = len(bills)
        self.loaded += added
        self.repeated += len(bills) - added

    def _refuse(
        self, files: Sequence[Arrived], digests: Mapping[str, str], error: BillError
    ) -> None:
        names = [file.name for file in files]
        digest = _digest(files, digests)
        with self._warehouse() as target:
            register.refuse(target, names, digest, self.source, str(error))
        self.quarantined += 1
        self.problems.append(str(error))

    def _warehouse(self) -> AbstractContextManager[warehouse.Connection]:
        return warehouse.connect(
            self.settings.database,
            wait_seconds=self.settings.wait_seconds,
            say=self.say,
        )


def _digest(files: Sequence[Arrived], digests: Mapping[str, str]) -> str:
    return digest_of({digests[file.name] for file in files})
