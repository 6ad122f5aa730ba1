"""How the rows of an export of a growing table and of a version of its bill compare.

Rows are the same if all columns are equal that both files have.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tasks.edge.costs import sums
from tasks.edge.database import queries
from tasks.edge.intake.parsing.exports import Export

Connection = duckdb.DuckDBPyConnection

FRESH = "fresh.parquet"


@dataclass(frozen=True, slots=True)
class Difference:
    """How the rows of an export and of a version compare.

    Attributes:
        path: The rows that only the export has.
        fresh: How many these are.
        shared: How many both have.
        missing: How many only the version has.
    """

    path: Path
    fresh: int
    shared: int
    missing: int


def compare(
    con: Connection,
    folder: Path,
    files: Sequence[Path],
    export: Export,
    *,
    is_turned: bool = False,
) -> Difference:
    """Write the rows that only one of both has.

    Args:
        con: A connection that reads exports.
        folder: Where the files of a bill are, and where the rows are written to.
        files: Those of another version of it.
        export: What the bill's files are.
        is_turned: Whether to write what only the other version has.
    """
    path = folder / FRESH
    path.unlink(missing_ok=True)
    sums.forget(path)
    mine, theirs = names(folder.iterdir()), names(files)
    columns = sorted(_columns(con, mine).items() & _columns(con, theirs).items())
    key = ", ".join(queries.identifier(name) for name, _ in columns)
    left, right = (theirs, mine) if is_turned else (mine, theirs)
    stamp = queries.identifier(export.format.stamp) if export.format.stamp else "0"
    fresh = con.execute(
        f"COPY (WITH rows AS (SELECT *, [hash({key}), hash({key}, 0)] AS row_key,"
        " row_number() OVER (PARTITION BY row_key) AS row_copy"
        f" FROM {queries.files('left')}),"
        f" others AS (SELECT [hash({key}), hash({key}, 0)] AS row_key,"
        " row_number() OVER (PARTITION BY row_key) AS row_copy"
        f" FROM {queries.files('right')}"
        f" WHERE {stamp} BETWEEN (SELECT min({stamp}) FROM rows)"
        f" AND (SELECT max({stamp}) FROM rows))"
        " SELECT * EXCLUDE (row_key, row_copy) FROM rows"
        " ANTI JOIN others USING (row_key, row_copy))"
        " TO $path (FORMAT parquet, COMPRESSION zstd)",
        {"left": left, "right": right, "path": str(path)},
    ).fetchall()[0][0]
    shared = _count(con, left) - fresh
    return Difference(path, fresh, shared, _count(con, right) - shared)


def _columns(con: Connection, files: Sequence[str]) -> dict[str, str]:
    query = f"DESCRIBE FROM {queries.files('files')}"
    rows = con.execute(query, {"files": files}).fetchall()
    return {row[0]: row[1] for row in rows}


def _count(con: Connection, files: Sequence[str]) -> int:
    query = f"SELECT count(*) FROM {queries.files('files')}"
    return int(con.execute(query, {"files": files}).fetchall()[0][0])


def names(paths: Iterable[Path]) -> list[str]:
    """Return the files among some paths, as DuckDB wants them."""
    return sorted(str(path) for path in paths if path.is_file())
