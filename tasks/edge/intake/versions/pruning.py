"""Give up raw files that the retention setting does not keep; daily series stay.

Kept are the lines of each bill's newest version, of the last version of each day while
a month is open, and whatever a kept version shares with others. A version is marked
first, then readers are moved off its files, then the files go: a killed run is finished
by the next one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.edge.database import published, queries, warehouse
from tasks.edge.intake import lake
from tasks.edge.intake.lake import Lake
from tasks.edge.mapping import focus
from tasks.edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was given up, or would be.

    Attributes:
        bill_ids: Versions whose lines are no longer kept.
        files: Lake files that nothing else uses.
        size_bytes: What they take on the disk.
        applied: Whether it was done.
    """

    bill_ids: tuple[str, ...]
    files: int
    size_bytes: int
    applied: bool


def prune(
    settings: Settings,
    say: Callable[[str], None],
    *,
    apply: bool = False,
    now: datetime | None = None,
) -> Pruned:
    """Find the versions whose files need not be kept, and with ``apply`` remove them.

    Raises:
        WarehouseBusy: Another process kept the warehouse or the lake.
    """
    moment = (now or datetime.now(UTC)) - timedelta(days=settings.closed_after_days)
    wait = settings.wait_seconds
    with (
        lake.opened(settings, say=say) as store,
        warehouse.connect(settings.database, wait_seconds=wait, say=say) as con,
    ):
        found = queries.run(con, "ops/prunable", closed_before=moment).fetchall()
        bill_ids = [row[0] for row in found if settings.retention != "all"]
        if not apply:
            return _measured(con, store, bill_ids, applied=False)
        done = _measured(con, store, bill_ids, applied=True)
        with warehouse.transaction(con):
            _mark(con, bill_ids)
        given_up = _folders(con, store)
        if bill_ids or given_up:
            focus.install(con, settings.lake_path)
            published.publish(con, settings.published_path)
        for folder in given_up:
            lake.remove(store, folder)
        return done


def _mark(con: warehouse.Connection, bill_ids: list[str]) -> None:
    """Write down what is given up; from here on nothing reads it."""
    unused = [owner for owner, _ in _unused(con, bill_ids)]
    con.execute(
        "UPDATE bills.versions SET pruned_at = now(), files = []"
        " WHERE list_contains($ids, bill_id)",
        {"ids": bill_ids},
    )
    con.execute(
        "UPDATE bills.parts SET files = [] WHERE list_contains($ids, bill_id)",
        {"ids": unused},
    )


def _unused(
    con: warehouse.Connection, bill_ids: list[str]
) -> list[tuple[str, list[str]]]:
    """Return the own files of versions that no version consists of but these ones."""
    return con.execute(
        "SELECT bill_id, files FROM bills.parts WHERE len(files) > 0"
        " AND bill_id NOT IN (SELECT unnest(parts) FROM bills.versions"
        " WHERE pruned_at IS NULL AND NOT list_contains($ids, bill_id))",
        {"ids": bill_ids},
    ).fetchall()


def _measured(
    con: warehouse.Connection, store: Lake, bill_ids: list[str], *, applied: bool
) -> Pruned:
    paths = [store.root / file for _, files in _unused(con, bill_ids) for file in files]
    there = [path for path in paths if path.exists()]
    size = sum(path.stat().st_size for path in there)
    return Pruned(tuple(bill_ids), len(there), size, applied)


def _folders(con: warehouse.Connection, store: Lake) -> list[Path]:
    """Return the folders of files that were given up and are still in the lake."""
    rows = con.execute(
        "SELECT source, billing_period, bill_id FROM bills.versions"
        " INNER JOIN bills.parts AS parts USING (bill_id)"
        " WHERE len(parts.files) = 0 AND parts.row_count > 0"
    ).fetchall()
    folders = [store.folder(*row) for row in rows]
    return [folder for folder in folders if (store.root / folder).exists()]
