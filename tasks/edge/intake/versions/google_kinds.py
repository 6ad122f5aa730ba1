"""Which of Google's two billing tables the files of a bill are from.

JSON leaves out what is null, so a file of taxes alone has none of the columns that only
the detailed table has: it may be from either, and goes with whatever is there.
"""

from collections.abc import Sequence

import duckdb

from tasks.core.intake.formats.google import DETAILED, DETAILED_ONLY, STANDARD
from tasks.edge.database import queries

KINDS = {DETAILED.name, STANDARD.name}
READ = queries.files("files")


def agree(
    con: duckdb.DuckDBPyConnection, one: Sequence[str], other: Sequence[str]
) -> bool:
    """Whether two sets of files may be from one table."""
    return len({_kind(con, one), _kind(con, other)} - {None}) <= 1


def _kind(con: duckdb.DuckDBPyConnection, files: Sequence[str]) -> str | None:
    """Return the table that some files are from; None where nothing tells."""
    described = con.execute(f"DESCRIBE FROM {READ}", {"files": files}).fetchall()
    columns = {row[0] for row in described}
    told = [f"{name} IS NOT NULL" for name in sorted(columns & DETAILED_ONLY)]
    priced = " OR ".join(told) or "FALSE"
    # Usage has a price in the detailed table; what has none is no usage.
    used = "cost_type IN ('', 'regular')" if "cost_type" in columns else "TRUE"
    rows = con.execute(
        f"SELECT count_if({priced}), count_if({used}) FROM {READ}",
        {"files": files},
    ).fetchall()
    detailed, regular = rows[0]
    if detailed:
        return DETAILED.name
    return STANDARD.name if regular else None
