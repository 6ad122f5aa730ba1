"""Bring exports in as bill versions: everything of a delivery, or nothing and why.

Safe to repeat: a delivery that is known changes nothing, and whatever a killed run
left behind is swept before the next one starts.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tqdm import tqdm

from tasks.core.errors import BillError
from tasks.core.intake.deliveries import digest_of
from tasks.core.months import in_utc
from tasks.edge.costs import engine
from tasks.edge.database import warehouse
from tasks.edge.intake import (
    assembly,
    lake,
    landing,
    notes,
    reports,
    shipping,
    unchanged,
)
from tasks.edge.intake.arriving import memory, sources, wanted
from tasks.edge.intake.arriving.memory import Memory
from tasks.edge.intake.arriving.remote import AHEAD, Downloads
from tasks.edge.intake.arriving.sources import Arrivals, Arrived
from tasks.edge.intake.ingested import Ingested
from tasks.edge.intake.parsing import staging
from tasks.edge.intake.shipping import Delivery
from tasks.edge.intake.versions import quarantine, register
from tasks.edge.intake.versions.keeping import Keeping
from tasks.edge.settings import Settings


def ingest(
    settings: Settings,
    paths: Sequence[str],
    source: str | None = None,
    known_at: datetime | None = None,
    *,
    say: Callable[[str], None] = warehouse.on_stderr,
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
        SourceUnavailable: A remote place does not answer; what came before is kept.
        WarehouseBusy: Another process kept the warehouse or the lake.
    """
    wanted.require(paths)
    wait, began = settings.wait_seconds, datetime.now(UTC)
    with (
        lake.opened(settings, say=say) as store,
        tempfile.TemporaryDirectory(dir=store.incoming) as folder,
        Downloads(store.downloads) as downloads,
        engine.opened(settings) as summing,
    ):
        scratch = Path(folder)
        with warehouse.connect(settings.database, wait_seconds=wait, say=say) as con:
            lake.sweep(store, register.bill_ids(con))
            known, remembered = register.known(con, source), memory.load(con)
        told = {one.path: one.billing_currency for one in settings.sources}
        arrivals = sources.gather(paths, downloads, remembered, settings.options, told)
        with staging.connect(scratch) as con:
            run = _Run(
                settings=settings,
                say=say,
                store=store,
                scratch=scratch,
                con=con,
                engine=summing,
                source=source,
                known_at=known_at and in_utc(known_at),
                known=known,
                downloads=downloads,
                memory=remembered,
            )
            run.problems += arrivals.problems
            run.take_all(arrivals)
    counts = run.loaded, run.repeated, run.quarantined
    return Ingested(*counts, tuple(run.problems), run.said(arrivals, began))


@dataclass(slots=True, kw_only=True)
class _Run(Keeping):
    """One call of ``ingest``: what it works with, and what it has done so far."""

    scratch: Path
    engine: engine.Engine
    downloads: Downloads
    memory: Memory
    quarantined: int = 0
    problems: list[str] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)

    def take_all(self, arrivals: Arrivals) -> None:
        """Load what is new, in the order in which it was made."""
        ordered = shipping.deliveries(arrivals, self.say)
        self.remember(sources.said(arrivals.manifests))
        self.downloads.drop(file.remote for file in arrivals.manifests if file.remote)
        bar = tqdm(ordered, desc="ingest", disable=None, unit="delivery")
        try:
            for position, delivery in enumerate(bar):
                for later in ordered[position : position + AHEAD]:
                    self.downloads.ahead(later.unseen)
                self.take(delivery)
                self.downloads.drop(delivery.remotes)
        finally:
            self.write()

    def said(self, arrivals: Arrivals, since: datetime) -> tuple[str, ...]:
        """Return what people should know of what was loaded since, or was there."""
        return (
            *(
                reports.loaded_since(self.settings, since)
                if self.loaded
                else notes.replaced(self.settings, self.taken)
            ),
            *self.remarks,
            *notes.elsewhere(self.settings, self.taken, self.source),
            *notes.without_parts(arrivals.files),
            *notes.without_rows(self.empty),
        )

    def take(self, delivery: Delivery) -> None:
        """Load one delivery unless it is known; quarantine what cannot be loaded."""
        self.downloads.bring(delivery.unseen)
        try:
            digests = {file.name: sources.content(file) for file in delivery.files}
        except OSError as error:
            # Without its content there is nothing to know it by, so no row is kept.
            self.quarantined += 1
            self.problems.append(f"{error.filename} cannot be read: {error.strerror}.")
            return
        if delivery.problem:
            self._refuse(delivery.files, digests, delivery.problem)
            return
        self._take(delivery, digests)
        self.remember(sources.read(delivery.files, digests))
        self.write_if_due()

    def _take(self, delivery: Delivery, digests: Mapping[str, str]) -> None:
        fresh = [
            file
            for file in delivery.files
            if digests[file.name] not in self.known.evidence
        ]
        self.repeated += len(delivery.files) - len(fresh)
        fresh = self._without_refused(delivery, fresh, digests)
        if not fresh:
            return
        digest = _digest(fresh, digests)
        self.taken[digest] = fresh[0].name
        # What was withdrawn may be put together anew, under other names.
        earlier = self.known.withdrawn.get(digest)
        is_moved = earlier is not None and fresh[0].name not in earlier
        bills = self.known.deliveries.get(digest, 0)
        if bills and not is_moved:
            self.repeated += bills
        else:
            self._load(delivery, fresh, digests)

    def _without_refused(
        self, delivery: Delivery, files: Sequence[Arrived], digests: Mapping[str, str]
    ) -> list[Arrived]:
        """Leave out what was refused before and still is.

        It is tried again, for a newer release may read what an older one could not;
        but it must not make its whole folder look new every day. The same release does
        not fetch it again for that.
        """
        sound = []
        for group in delivery.groups(files):
            digest = _digest(group, digests)
            if digest in self.known.refused:
                if all(_is_as_it_was(file) for file in group):
                    why = BillError(self.memory.refusals[digest])
                    self._refuse(group, digests, why)
                    continue
                with tempfile.TemporaryDirectory(dir=self.store.incoming) as work:
                    if self._read(delivery, group, digests, Path(work)) is None:
                        continue
            sound += group
        return sound

    def _load(
        self, delivery: Delivery, files: Sequence[Arrived], digests: Mapping[str, str]
    ) -> None:
        work = Path(tempfile.mkdtemp(dir=self.store.incoming))
        needed = unchanged.stage(
            delivery.groups(files),
            digests,
            {} if delivery.manifest else self.known.holdings,
            lambda group: self._read(delivery, group, digests, work) or [],
        )
        self.repeated += len(needed.held)
        self.empty += [part.export.file.name for part in needed.empty]
        for part in needed.evidence:
            self.keep_evidence(part)
        if needed.grown:
            self.keep_grown(delivery, needed.grown, work)
        if needed.whole:
            self.keep_bills(delivery, needed, work)

    def _read(
        self,
        delivery: Delivery,
        group: Sequence[Arrived],
        digests: Mapping[str, str],
        work: Path,
    ) -> list[landing.Staged] | None:
        self.downloads.bring(file.remote for file in group if file.remote)
        try:
            staged = landing.stage(
                self.con,
                group,
                digests,
                work,
                self.scratch,
                engine=self.engine,
                month=delivery.month,
            )
            assembly.check(delivery, staged)
        except BillError as error:
            self._refuse(group, digests, error)
            return None
        said = (remark for part in staged for remark in part.remarks)
        self.remarks |= dict.fromkeys(said)
        return staged

    def _refuse(
        self, files: Sequence[Arrived], digests: Mapping[str, str], error: BillError
    ) -> None:
        refusal = partial(
            quarantine.refuse,
            names=[file.name for file in files],
            digest=_digest(files, digests),
            source=self.source,
            reason=str(error),
        )
        self.pending.append(refusal)
        self.quarantined += 1
        self.problems.append(str(error))


def _is_as_it_was(file: Arrived) -> bool:
    """Whether a refused file still is: a setting may have changed it since."""
    return bool(file.known and file.known.is_recent and file.currency is None)


def _digest(files: Sequence[Arrived], digests: Mapping[str, str]) -> str:
    return digest_of({digests[file.name] for file in files})
