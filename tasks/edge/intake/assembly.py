"""Turn the files of a delivery into bill versions that wait to be registered."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tasks.core.errors import TotalMismatch
from tasks.core.intake.deliveries import Slice, assemble, digest_of
from tasks.core.intake.formats import azure
from tasks.core.intake.formats.recognition import BILLS
from tasks.core.intake.naming import stem
from tasks.core.intake.numbered import Likeness
from tasks.edge.costs import sums
from tasks.edge.intake import numbered
from tasks.edge.intake.landing import Staged
from tasks.edge.intake.parsing import scopes, staging
from tasks.edge.intake.parsing.staging import Connection, Total
from tasks.edge.intake.shipping import Delivery
from tasks.edge.intake.versions.register import Bill

# Stands in where no row has a charge date: such a file may overlap any other.
FIRST_DATE, LAST_DATE = "0001-01-01", "9999-12-31"


def check(delivery: Delivery, staged: Sequence[Staged]) -> None:
    """Hold the files of a delivery against their manifest.

    Raises:
        TotalMismatch: They are about another month, or have more or fewer rows.
    """
    manifest = delivery.manifest
    if manifest is None or not staged:
        return
    totals = [total for part in staged for total in part.totals]
    wanted = manifest.billing_period
    other = sorted({total.billing_period for total in totals} - {wanted})
    if wanted and other:
        raise TotalMismatch(
            f"{manifest.path} is about {wanted}, but its files hold charges of"
            f" {', '.join(other)}: fetch the export again."
        )
    rows = sum(total.row_count for total in totals)
    if manifest.row_count not in {None, rows}:
        raise TotalMismatch(
            f"{manifest.path} states {manifest.row_count} rows, but its files hold"
            f" {rows}: fetch the export again."
        )


def bills(
    con: Connection,
    staged: Sequence[Staged],
    delivery: Delivery,
    work: Path,
    *,
    source: str | None,
    known_at: datetime | None,
    remark: Callable[[str], object] = str,
) -> list[Bill]:
    """Put staged files together to bill versions, each in a folder of its own.

    Args:
        con: A connection that reads exports.
        staged: The files.
        delivery: What they came as.
        work: Where the folders go.
        source: Name to keep the bills under; None takes the name of their format.
        known_at: When they became known; None takes the export's own time.
        remark: Told what people should know of how the files belong together.

    Returns:
        Bills, oldest first.
    """
    likeness = Likeness() if delivery.manifest else numbered.likeness(con, staged)
    slices = _slices(staged, delivery, likeness.alike)
    groups = _by_account(slices) if delivery.manifest else assemble(slices, likeness)
    if not delivery.manifest:
        for note in numbered.notes(groups, staged, likeness):
            remark(note)
    made = []
    for number, group in enumerate(groups):
        folder = work / f"bill-{number:05d}"
        folder.mkdir()
        parts = [(staged[part.file], part) for part in group]
        _fill(con, folder, parts)
        bill = _bill(folder, parts, delivery, source=source, known_at=known_at)
        kind, files = BILLS[bill.source_format], sorted(folder.glob("*.parquet"))
        about = tuple(scopes.sub_accounts(con, kind, files))
        made.append(replace(bill, sub_accounts=about))
    return sorted(made, key=lambda bill: bill.known_at)


def _slices(
    staged: Sequence[Staged], delivery: Delivery, alike: Collection[tuple[int, int]]
) -> list[Slice]:
    """Return one slice for each file, account and month."""
    views = _cost_views(staged, delivery, alike)
    found: dict[tuple[int, str | None, str], list[Total]] = {}
    for position, part in enumerate(staged):
        for total in part.totals:
            key = (position, total.billing_account_id, total.billing_period)
            found.setdefault(key, []).append(total)
    return [
        Slice(
            file=position,
            name=staged[position].export.file.name,
            source_format=staged[position].export.format.name,
            billing_account_id=account,
            billing_period=period,
            first_date=min(total.first_date or FIRST_DATE for total in totals),
            last_date=max(total.last_date or LAST_DATE for total in totals),
            cost_view=views[position],
            digest=staged[position].digest,
        )
        for (position, account, period), totals in found.items()
    ]


def _cost_views(
    staged: Sequence[Staged], delivery: Delivery, alike: Collection[tuple[int, int]]
) -> list[str | None]:
    """Return which of two costs each file states; the parts of an export state one."""
    alone = {position for pair in alike for position in pair}
    kind = delivery.manifest.kind if delivery.manifest else None
    told: dict[str, set[str]] = {}
    names = [part.export.file.name for part in staged]
    exports = [
        "" if delivery.manifest else name if position in alone else stem(name)
        for position, name in enumerate(names)
    ]
    for part, export in zip(staged, exports, strict=True):
        told.setdefault(export, set()).update(part.cost_views)
    return [
        azure.cost_view(kind, name, told[export])
        if part.export.format.cost_views
        else None
        for part, name, export in zip(staged, names, exports, strict=True)
    ]


def _by_account(slices: Sequence[Slice]) -> list[list[Slice]]:
    """Group by account and month: a manifest says that its files belong together."""
    groups: dict[tuple[str | None, ...], list[Slice]] = {}
    for part in slices:
        key = (
            part.source_format,
            part.billing_account_id,
            part.billing_period,
            part.cost_view,
        )
        groups.setdefault(key, []).append(part)
    return list(groups.values())


def _fill(con: Connection, folder: Path, parts: Sequence[tuple[Staged, Slice]]) -> None:
    """Write the files of a bill; a file that is all its own is only moved."""
    for number, (staged, part) in enumerate(parts):
        target = folder / f"part-{number:05d}.parquet"
        totals = _totals_of(staged, part)
        if len(totals) == len(staged.totals):
            sums.rename(staged.path, target)
            staged.path.rename(target)
        else:
            staging.split(con, staged.export, staged.path, totals[0], target)


def _totals_of(staged: Staged, part: Slice) -> list[Total]:
    return [
        total
        for total in staged.totals
        if total.billing_account_id == part.billing_account_id
        and total.billing_period == part.billing_period
    ]


def _bill(
    folder: Path,
    parts: Sequence[tuple[Staged, Slice]],
    delivery: Delivery,
    *,
    source: str | None,
    known_at: datetime | None,
) -> Bill:
    first = parts[0][1]
    manifest = delivery.manifest
    stated = manifest.known_at if manifest else None
    written = max(staged.export.file.made_at for staged, _ in parts)
    moment = known_at or stated or written
    return Bill(
        folder=folder,
        source=source or BILLS[first.source_format].source or first.source_format,
        source_format=first.source_format,
        billing_account_id=first.billing_account_id,
        billing_period=first.billing_period,
        known_at=moment,
        digest=digest_of({staged.digest for staged, _ in parts}),
        digests=tuple(staged.digest for staged, _ in parts),
        origin=tuple(staged.export.file.name for staged, _ in parts),
        totals=tuple(
            total for staged, part in parts for total in _totals_of(staged, part)
        ),
        is_whole=manifest is not None and manifest.days is None,
        days=manifest.days if manifest else None,
        cost_view=first.cost_view,
        withdrawn_at=moment if first.is_left else None,
    )
