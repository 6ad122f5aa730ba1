"""The published copy: what notebooks and dashboards open while the warehouse is busy.

It is a whole DuckDB file with every table, view, macro and comment; its views name the
lake's files by absolute paths. A new copy takes the old one's place by a rename: a
reader keeps the file that it has open, and sees the new one when it connects again.
"""

import os
from pathlib import Path

from tasks.edge import queries, warehouse

# Unfinished copies carry it; DuckDB never opens them again.
UNFINISHED = ".unfinished"


def publish(con: warehouse.Connection, target: Path) -> Path:
    """Replace the published copy by the warehouse as it stands.

    Args:
        con: The warehouse, open for writing: nobody else can publish meanwhile.
        target: Where the copy belongs.

    Returns:
        The absolute path of the copy.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + UNFINISHED)
    _remove(unfinished)
    _copy(con, unfinished)
    _persist(unfinished)
    unfinished.replace(target)
    _persist(target.parent)
    return target


def _copy(con: warehouse.Connection, path: Path) -> None:
    row = con.execute("SELECT current_database()").fetchone()
    name = str(row[0]).replace('"', '""') if row else "memory"
    con.execute(
        f"ATTACH {queries.literal(str(path))} AS published_copy"
        f" (STORAGE_VERSION {queries.literal(warehouse.STORAGE_VERSION)})"
    )
    try:
        con.execute(f'COPY FROM DATABASE "{name}" TO published_copy')
    finally:
        # It also writes everything from the log into the file itself.
        con.execute("DETACH published_copy")


def _remove(path: Path) -> None:
    """Remove what a killed run left behind, its log included."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)


def _persist(path: Path) -> None:
    """Make sure that a file or folder survives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
