"""The warehouse: one DuckDB file, one writing process at a time.

Writers open it late, work in short transactions, and wait for their turn. Readers
use the published copy (``tasks.edge.database.published``), which no writer ever
touches.
"""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from tasks.core.errors import (
    NothingThere,
    NotPermitted,
    WarehouseBusy,
    WrongVersion,
)
from tasks.edge.database import definitions, queries, schema

# Readable by DuckDB 1.5 and 2.0 alike; see docs/decisions/0002-duckdb-1.5.md.
STORAGE_VERSION = "v1.5.0"

CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": STORAGE_VERSION,
    # Nothing is downloaded at run time.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}

WAIT_SECONDS = 600.0
POLL_SECONDS = 0.5
CLOSING_SECONDS = 0.02

Connection = duckdb.DuckDBPyConnection


def on_stderr(line: str) -> None:
    """Tell whoever waits at the terminal."""
    sys.stderr.write(f"{line}\n")


# Nobody has ingested anything there, or the name is another.
NONE_THERE = (
    "There is no warehouse at {} yet: costwarden ingest PATH makes it, and --database"
    " names another."
)


@contextmanager
def connect(
    database: str | Path,
    *,
    wait_seconds: float = WAIT_SECONDS,
    say: Callable[[str], None] = on_stderr,
) -> Iterator[Connection]:
    """Open the warehouse for writing, creating it and its tables if need be.

    Args:
        database: Path of the DuckDB file.
        wait_seconds: How long to wait for another writer to finish.
        say: Where the one line about waiting goes.

    Raises:
        WarehouseBusy: Another process still held the file after that time.
        NothingThere: The file is no database.
        NotPermitted: We may not write to it.
        WrongVersion: Another version of DuckDB wrote it.
    """
    path = Path(database)
    path.parent.mkdir(parents=True, exist_ok=True)
    con = _open(path, wait_seconds, say)
    try:
        con.execute("SET TimeZone = 'UTC'")
        install(con)
        yield con
    finally:
        con.close()


@contextmanager
def read(database: str | Path) -> Iterator[Connection]:
    """Open an existing warehouse, or a published copy, for reading only.

    Raises:
        NothingThere: The file does not exist.
        WarehouseBusy: A writer holds it.
    """
    con = reader(database)
    try:
        yield con
    finally:
        con.close()


def require(database: str | Path) -> None:
    """Refuse a file that is not there: a misspelt name must not make a new warehouse.

    Raises:
        NothingThere: The file does not exist.
    """
    if not Path(database).exists():
        raise NothingThere(NONE_THERE.format(database))


def await_one(
    database: str | Path,
    say: Callable[[str], None] = on_stderr,
    pause: Callable[[float], object] = time.sleep,
) -> None:
    """Wait until somebody has made the warehouse, as services do that start first.

    Args:
        database: Path of the DuckDB file.
        say: Gets one line if there is something to wait for.
        pause: Waits for so many seconds; what it returns ends the waiting if true.
    """
    if Path(database).exists():
        return
    say(f"{NONE_THERE.format(database)} Waiting for it.")
    while not (Path(database).exists() or pause(POLL_SECONDS)):
        pass


def reader(database: str | Path) -> Connection:
    """Return a connection for reading only, which the caller closes.

    Raises:
        NothingThere: The file does not exist.
        WarehouseBusy: A writer holds it.
    """
    path = Path(database)
    require(path)
    try:
        con = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        _refuse_unusable(path, error)
        raise WarehouseBusy(f"{path} is being written to: {_holder(error)}") from error
    con.execute("SET TimeZone = 'UTC'")
    return con


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """Keep all of the block or, when it raises, nothing of it."""
    con.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def install(con: Connection) -> None:
    """Create what is missing: schemas, tables, and columns of older tables."""
    by = definitions.digest(*schema.declared().values())
    if definitions.is_made(con, "tables", by):
        return
    known = {
        name
        for (name,) in con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables()"
        ).fetchall()
    }
    missing = [table for table in schema.declared() if table not in known]
    with transaction(con):
        schema.create(con, missing)
        if known:
            schema.widen(con, schema.lacking(con))
        definitions.note(con, "tables", by)


def replace(
    con: Connection,
    table: str,
    query: str,
    values: Mapping[str, object],
    *,
    keys: Mapping[str, object],
) -> int:
    """Replace the rows of ``table`` that match ``keys`` by those of a query.

    Belongs into a transaction of the caller's. Returns the number of rows written.
    """
    match = " AND ".join(f"{column} = $key_{column}" for column in keys)
    con.execute(
        f"DELETE FROM {table} WHERE {match}",
        {f"key_{column}": value for column, value in keys.items()},
    )
    return insert(con, table, query, values)


def insert(
    con: Connection, table: str, query: str, values: Mapping[str, object]
) -> int:
    """Add the rows of a query to a table, by column name; return how many."""
    written = con.execute(
        f"INSERT INTO {table} BY NAME\n{queries.text(query)}", dict(values)
    ).fetchone()
    return int(written[0]) if written else 0


def _open(path: Path, wait_seconds: float, say: Callable[[str], None]) -> Connection:
    deadline = time.monotonic() + wait_seconds
    told = False
    while True:
        try:
            return duckdb.connect(str(path), config=CONFIG)
        except duckdb.Error as error:
            late = time.monotonic() > deadline
            if "replaying WAL" in str(error) and not late:
                _replay(path)
                continue
            # Another thread of this process is closing it at this very moment: a
            # binder error in DuckDB 1, in 2 sometimes a class that 1 does not have.
            if "already attached" in str(error) and not late:
                time.sleep(CLOSING_SECONDS)
                continue
            if not _is_locked(error):
                _refuse_unusable(path, error)
                raise
            if late:
                raise WarehouseBusy(
                    f"{path} was not free within {wait_seconds:.0f} s:"
                    f" {_holder(error)}."
                ) from error
            if not told:
                say(f"Waiting for {path}: {_holder(error)}.")
                told = True
            time.sleep(POLL_SECONDS)


def _refuse_unusable(path: Path, error: duckdb.Error) -> None:
    """Raise what a person can act on, where waiting for the file would not help."""
    said = str(error)
    if "not a valid DuckDB database" in said:
        raise NothingThere(
            f"{path} is no DuckDB database: name another file with --database."
        ) from error
    if "version number" in said:
        raise WrongVersion(
            f"{path} was written by another DuckDB than {duckdb.__version__}, which"
            " cannot read it: use the release that wrote it, or another --database."
        ) from error
    for why in ("Permission denied", "Read-only file system"):
        if why in said:
            raise NotPermitted(
                f"{path} cannot be opened: {why.lower()}. It and its folder must be"
                " writable for the user who runs this."
            ) from error


def _replay(path: Path) -> None:
    """Take in what a killed process left in the log, where opening the file does not.

    DuckDB 1.5 cannot read the log of its first database if a table in it has a function
    as default and was altered or commented on; of an attached one it can.
    """
    try:
        with duckdb.connect(config=CONFIG) as con:
            con.execute(f"ATTACH {queries.literal(str(path))} AS killed")
            con.execute("CHECKPOINT killed")
            con.execute("DETACH killed")
    except duckdb.IOException as error:
        # A file that another process took meanwhile is waited for as any other.
        if not _is_locked(error):
            raise


def _is_locked(error: duckdb.Error) -> bool:
    return isinstance(error, duckdb.IOException) and "lock" in str(error)


def _holder(error: duckdb.Error) -> str:
    """Return who holds the lock, as DuckDB tells it."""
    _, found, rest = str(error).partition("held in ")
    return f"held by {rest.split('. ')[0]}" if found else "held by another process"
