"""Keep what was read of a delivery, as steps that wait for the warehouse."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from tasks.core.intake.deliveries import digest_of
from tasks.edge.database import warehouse
from tasks.edge.intake import assembly, evidence, lake, landing
from tasks.edge.intake.parsing import staging
from tasks.edge.intake.parsing.exports import Export
from tasks.edge.intake.shipping import Delivery
from tasks.edge.intake.unchanged import Needed
from tasks.edge.intake.versions import growth, pairing, register
from tasks.edge.intake.versions.turns import Turns


@dataclass(slots=True, kw_only=True)
class Keeping(Turns):
    """What becomes a bill version, and how many have."""

    store: lake.Lake
    con: staging.Connection
    source: str | None
    known_at: datetime | None
    known: register.Known
    loaded: int = 0
    repeated: int = 0
    remarks: dict[str, None] = field(default_factory=dict)

    def keep_evidence(self, part: landing.Staged) -> None:
        """Let a file that is no bill wait."""

        def step(con: warehouse.Connection) -> None:
            evidence.add(con, part.export, part.path, part.digest)
            self.loaded += 1

        self.known.evidence.add(part.digest)
        self.pending.append(step)

    def keep_bills(self, delivery: Delivery, needed: Needed, work: Path) -> None:
        """Let the bills of a delivery wait, which are registered together."""
        at, name = self.known_at, self.source
        bills = assembly.bills(
            self.con,
            needed.whole,
            delivery,
            work,
            source=name,
            known_at=at,
            remark=self.remarks.setdefault,
        )
        digest = digest_of({part.digest for part in needed.whole} | needed.left_out)
        held = sorted(needed.held)

        def step(con: warehouse.Connection) -> None:
            known = pairing.paired(self.con, con, self.store, bills)
            self._count(register.add(con, self.store, known, digest, held), len(known))
            shutil.rmtree(work)

        self.known.deliveries[digest] = len(bills) + len(held)
        self.pending.append(step)

    def keep_grown(
        self, delivery: Delivery, staged: Sequence[landing.Staged], work: Path
    ) -> None:
        """Load exports of tables that grow one by one: each may hold the one before."""
        folder = Path(tempfile.mkdtemp(dir=work))
        at, source = self.known_at, self.source
        groups = growth.assembled(
            self.con, staged, delivery, folder, source=source, known_at=at
        )
        digest = digest_of({part.digest for part in staged})

        def finish(con: warehouse.Connection) -> None:
            register.combine(con, digest, [bills[0].digest for bills, _ in groups])
            shutil.rmtree(folder)

        self.pending += [partial(self._grow, bills, export) for bills, export in groups]
        self.pending.append(finish)
        self.known.deliveries[digest] = len(groups)

    def _grow(
        self, bills: Sequence[register.Bill], export: Export, con: warehouse.Connection
    ) -> None:
        self._count(growth.add(con, self.con, self.store, bills, export), len(bills))

    def _count(self, added: int, of: int) -> None:
        self.loaded += added
        self.repeated += of - added
