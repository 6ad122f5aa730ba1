"""What people ask about bills: which versions there are, and how complete they are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tasks.core.errors import NothingThere, WarehouseBusy
from tasks.core.intake.naming import missing_parts
from tasks.edge.database import queries, warehouse
from tasks.edge.intake import reports
from tasks.edge.settings import Settings

Row = dict[str, Any]

EXPORT_FILES = "SELECT DISTINCT unnest(origin) FROM bills.versions"


@dataclass(frozen=True, slots=True)
class Listing:
    """Bill versions, a row for each currency, and the newest days of each source."""

    versions: tuple[Row, ...]
    newest_days: tuple[Row, ...]


def listing(settings: Settings) -> Listing:
    """Return all bill versions, and how complete the newest days are.

    Raises:
        NothingThere: There is no warehouse.
        WarehouseBusy: A run kept it for longer than we were told to wait.
    """
    with reading(settings) as con:
        return Listing(
            tuple(rows(queries.run(con, "ops/versions"))),
            tuple(rows(queries.run(con, "ops/newest_days"))),
        )


def loaded_since(con: warehouse.Connection, since: datetime) -> list[Row]:
    """Return the bill versions loaded since a moment in UTC, a row for each currency.

    Refused ones are left out.
    """
    return [
        row
        for row in rows(queries.run(con, "ops/versions"))
        if row["loaded_at"] >= since and row["status"] != "quarantined"
    ]


def shown(settings: Settings, asked: str) -> list[Row]:
    """Return everything about a bill version, or about all versions of a month.

    ``missing_files`` names parts of its export that seem not to have been there,
    ``other_reports`` says where another report tells of the same account and month.

    Args:
        settings: Name the warehouse.
        asked: A bill id or a month, YYYY-MM.

    Raises:
        NothingThere: There is no warehouse, or no such version in it.
        WarehouseBusy: A run kept it for longer than we were told to wait.
    """
    with reading(settings) as con:
        found = rows(queries.run(con, "ops/version", asked=asked))
        known = {row[0] for row in con.execute(EXPORT_FILES).fetchall()}
        for row in found:
            row["other_reports"] = [*reports.met(con, [row["bill_id"]])] or None
    for row in found:
        # A part may hold nothing but other accounts' or months' rows.
        gaps = [name for name in missing_parts(row["origin"]) if name not in known]
        row["missing_files"] = gaps or None
    if not found:
        raise NothingThere(
            f"There is no bill version and no month {asked!r}: costwarden bills lists"
            " them."
        )
    return found


@contextmanager
def reading(
    settings: Settings,
    say: Callable[[str], None] = warehouse.on_stderr,
) -> Iterator[warehouse.Connection]:
    """Open the warehouse for reading; while a run writes to it, the published copy.

    Raises:
        NothingThere: There is no warehouse.
        WarehouseBusy: A run kept it, there is no copy, and waiting did not help.
    """
    warehouse.require(settings.database)
    con = _reader(settings, say)
    if con is None:
        with writing(settings) as waited:
            yield waited
        return
    try:
        yield con
    finally:
        con.close()


@contextmanager
def writing(settings: Settings) -> Iterator[warehouse.Connection]:
    """Open an existing warehouse once the stage that writes to it is through."""
    warehouse.require(settings.database)
    with warehouse.connect(
        settings.database, wait_seconds=settings.wait_seconds
    ) as con:
        yield con


def _reader(
    settings: Settings, say: Callable[[str], None]
) -> warehouse.Connection | None:
    """Return a connection that only reads, or None where waiting is the only way."""
    copy = settings.published_path
    try:
        return warehouse.reader(settings.database)
    except WarehouseBusy:
        if not copy.exists():
            return None
    con = warehouse.reader(copy)
    made = datetime.fromtimestamp(copy.stat().st_mtime, UTC)
    say(f"A run is writing: this is as published at {made:%Y-%m-%d %H:%M} UTC.")
    return con


def rows(result: warehouse.Connection) -> list[Row]:
    """Return the rows of a result by column name."""
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
