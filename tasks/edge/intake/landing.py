"""Bring the files of a delivery into the shape of the lake, and measure them."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count, groupby, repeat
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from threading import Semaphore

from tasks.core.errors import BillError
from tasks.edge.costs.engine import Engine
from tasks.edge.intake import evidence, lake
from tasks.edge.intake.arriving.sources import Arrived
from tasks.edge.intake.parsing import day_order, exports, repeats, staging, zero_nets
from tasks.edge.intake.parsing.exports import Export
from tasks.edge.intake.parsing.staging import Connection, Total

# Files that this machine brings into shape at once, however many a cluster sums
# meanwhile: one can be copied while another is read.
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Staged:
    """One file in the shape of the lake, but not in its place.

    Attributes:
        export: What the file is.
        path: Where the Parquet file lies.
        digest: SHA-256 of the file as it arrived.
        totals: What it sums to; empty for evidence.
        cost_views: Which of two costs its rows tell of.
        remarks: What people should know of how its delivery was read.
    """

    export: Export
    path: Path
    digest: str
    totals: tuple[Total, ...]
    cost_views: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()


def stage(
    con: Connection,
    files: Sequence[Arrived],
    digests: Mapping[str, str],
    work: Path,
    scratch: Path,
    *,
    engine: Engine,
    month: str | None = None,
) -> list[Staged]:
    """Convert files that are loaded or refused together, in their order.

    Args:
        con: A connection that reads exports.
        files: The files.
        digests: Their digests, by name.
        work: Folder for what is converted.
        scratch: Folder for what is needed meanwhile.
        engine: What sums them.
        month: The month that their manifest says they are about.

    Raises:
        BillError: One cannot be read as what it claims to be; the first of them tells.
        ServiceError: The engine that should sum them is down.
    """
    here = Semaphore(AT_ONCE)
    folder = Path(mkdtemp(dir=work))
    with ThreadPoolExecutor(1) as disk:
        written: list[Future[None]] = []

        def shaped(number: int, file: Arrived) -> tuple[Export, Path] | BillError:
            target = folder / f"{number:05d}.parquet"
            with here:
                found = _shaped(con, file, target, scratch, month)
            if not isinstance(found, BillError):
                # The disk is slow, and has time as long as lines are summed.
                written.append(disk.submit(lake.sync, target))
                export, _ = found
                if export.format.is_bill:
                    engine.sum(export.format, target)
            return found

        with ThreadPoolExecutor(engine.at_once) as pool:
            found = list(pool.map(shaped, count(), files))
        staged = _measured(con, found, digests)
        for one in written:
            one.result()
    return _settled(con, staged)


def _shaped(
    con: Connection, file: Arrived, target: Path, scratch: Path, month: str | None
) -> tuple[Export, Path] | BillError:
    with con.cursor() as own, TemporaryDirectory(dir=scratch) as unpacked:
        own.execute("SET TimeZone = 'UTC'")
        try:
            export = exports.open_export(own, file, Path(unpacked))
            export = day_order.told(own, export, month)
            staging.stage(own, export, target)
            if (known := day_order.settled(own, export, target, month)) != export:
                export = known
                staging.stage(own, export, target)
        except BillError as error:
            return error
        return export, target


def _settled(con: Connection, staged: Sequence[Staged]) -> list[Staged]:
    """Measure files again in which something counts twice, or must not count."""
    kinds = {part.export.format.name: part.export.format for part in staged}
    changed: set[Path] = set()
    remarks: list[str] = []
    for kind in kinds.values():
        paths = [part.path for part in staged if part.export.format.name == kind.name]
        if kind.zero_nets and (said := zero_nets.clear(con, kind, paths)):
            remarks += said
            changed.update(paths)
        if kind.repeats:
            changed.update(repeats.mark(con, kind, paths))
    return [
        replace(
            part,
            totals=staging.measure(con, part.export, part.path),
            remarks=tuple(remarks),
        )
        if part.path in changed
        else part
        for part in staged
    ]


def _measured(
    con: Connection,
    shaped: Sequence[tuple[Export, Path] | BillError],
    digests: Mapping[str, str],
) -> list[Staged]:
    """Measure what comes before the first file that cannot be read; then raise."""
    sound: list[tuple[Export, Path]] = []
    problem = None
    for one in shaped:
        if isinstance(one, BillError):
            problem = one
            break
        sound.append(one)
    staged = []
    for kind, files in groupby(sound, key=lambda one: one[0].format):
        alike = list(files)
        totals = staging.measure_all(con, alike) if kind.is_bill else repeat(())
        for (export, path), told in zip(alike, totals, strict=False):
            if not kind.is_bill:
                evidence.check(con, export, path)
            views = staging.cost_views(con, export, path)
            digest = digests[export.file.name]
            remarks = _before_discounts(export)
            staged.append(Staged(export, path, digest, told, views, remarks))
    if problem:
        raise problem
    return staged


def _before_discounts(export: Export) -> tuple[str, ...]:
    """Say that a file lacks what is taken off its costs."""
    column = export.format.discounts
    if not column or column in export.names:
        return ()
    said = (
        f"{export.file.name} has no column {column}: its costs are taken before them,"
        " and are more than the invoice if there were any."
    )
    return (said,)
