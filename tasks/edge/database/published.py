"""The published copy: what notebooks and dashboards open while the warehouse is busy.

It is a whole DuckDB file with every table, view, macro and comment; its views name the
lake's files by absolute paths. A new copy takes the old one's place by a rename: a
reader keeps the file that it has open, and sees the new one when it connects again.
"""

import os
from pathlib import Path

from tasks.edge.database import queries, snapshot, warehouse

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
    """Copy the file, which takes a twentieth of what copying rows does."""
    name, file = _database(con)
    before = _state(file)
    # Whom it is shown to is for the folder to say, not for the warehouse's own rights.
    path.touch()
    snapshot.copy(file, path)
    if _state(file) == before:
        # Closing it writes everything from its log into the file itself.
        _attach(con, path)
        con.execute("DETACH published_copy")
        return
    # A thread of ours wrote meanwhile: what was copied may be half of each.
    _remove(path)
    _attach(con, path)
    try:
        con.execute(f"COPY FROM DATABASE {queries.identifier(name)} TO published_copy")
    finally:
        con.execute("DETACH published_copy")


def _database(con: warehouse.Connection) -> tuple[str, str]:
    """Return name and file of the warehouse."""
    rows = con.execute(
        "SELECT database_name, path FROM duckdb_databases()"
        " WHERE database_name = current_database()"
    ).fetchall()
    return rows[0]


def _state(file: str) -> list[tuple[int, int]]:
    """Return when the file and its log were written to last, and their sizes.

    Opening them here would give up the lock that keeps other processes away.
    """
    paths = [path for path in (Path(file), Path(f"{file}.wal")) if path.exists()]
    return [(stat.st_mtime_ns, stat.st_size) for stat in map(Path.stat, paths)]


def _attach(con: warehouse.Connection, path: Path) -> None:
    con.execute(
        f"ATTACH {queries.literal(str(path))} AS published_copy"
        f" (STORAGE_VERSION {queries.literal(warehouse.STORAGE_VERSION)})"
    )


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
