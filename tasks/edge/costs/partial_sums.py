"""The sums of one lake file in object storage: what a worker of a cluster makes.

Objects are named by what they hold, so whoever writes one a second time writes the
same, and a killed worker leaves nothing half: an object is there whole or not at all.

    <lake>/files/<digest of the file>.parquet
    <lake>/sums/<edition>/<format>/<digest of the file>.parquet
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from tasks.core.errors import ConfigError
from tasks.core.intake.formats.recognition import BILLS
from tasks.edge.costs import sums
from tasks.edge.database import queries
from tasks.edge.intake.arriving.objects import Objects
from tasks.edge.intake.parsing import staging

TASKS = Path(__file__).parents[2]
# Of the memory that a worker may use; the rest is Python's, and a margin before its
# nanny ends it.
SHARE = 0.6


@cache
def edition() -> str:
    """Return a name for the code that runs here; any other may sum otherwise."""
    state = sha256()
    for folder, kind in ((TASKS, "*.py"), (queries.SQL, "*.sql")):
        for path in sorted(folder.rglob(kind)):
            state.update(path.relative_to(folder).as_posix().encode())
            state.update(path.read_bytes())
    return state.hexdigest()[:16]


def file_key(digest: str) -> str:
    """Return the key of a file."""
    return f"files/{digest}.parquet"


def sums_key(digest: str, kind: str) -> str:
    """Return the key of a file's sums, as this edition makes them."""
    return f"sums/{edition()}/{kind}/{digest}.parquet"


def make(
    lake: str, options: dict[str, Any], digest: str, kind: str, wanted: str
) -> str | None:
    """Sum a file of the lake and put its sums there; runs on a worker.

    One thread does it all, so the same file gives the same bytes, and a worker does as
    many files at a time as it was started with threads.

    Args:
        lake: URL of the lake.
        options: What its driver is told.
        digest: Of the file.
        kind: Name of its format.
        wanted: Edition of who asks.

    Returns:
        The key of the sums; None where the file is damaged.

    Raises:
        ConfigError: Another edition runs here, or the lake may not be read or written.
        SourceUnavailable: The lake does not answer.
    """
    if edition() != wanted:
        raise ConfigError(
            f"A worker sums by edition {edition()}, and {wanted} is asked for: install"
            " the same Costwarden on all machines, and start the workers again."
        )
    place = Objects(lake, options)
    key = sums_key(digest, kind)
    if place.holds(key):
        return key
    with TemporaryDirectory(prefix="costwarden-", dir=_scratch()) as folder:
        file, target = Path(folder) / "file.parquet", Path(folder) / "sums.parquet"
        place.get(file_key(digest), file)
        try:
            with staging.connect(Path(folder)) as con:
                con.execute("SET threads = 1")
                _limit(con)
                sums.write(con, BILLS[kind], file, target)
        except duckdb.Error:
            # Whoever asked finds the same, and can say in which row of which export.
            return None
        place.put(target, key)
    return key


def _worker() -> Any:
    """Return the worker that runs this thread; None in any other process."""
    from distributed import get_worker  # noqa: PLC0415 - an extra

    try:
        return get_worker()
    except ValueError:
        return None


def _scratch() -> str | None:
    """Return the worker's own folder: its nanny sweeps it when the worker is killed."""
    worker = _worker()
    return str(worker.local_directory) if worker else None


def _limit(con: staging.Connection) -> None:
    """Give DuckDB this thread's part of the worker's memory; beyond it, it spills."""
    worker = _worker()
    if worker and worker.memory_manager.memory_limit:
        part = worker.memory_manager.memory_limit * SHARE / worker.state.nthreads
        con.execute(f"SET memory_limit = '{int(part)}B'")
