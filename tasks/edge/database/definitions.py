"""What of a warehouse was made by which text, so that it is not made again.

Tables, macros, views and comments stay in the file. To make all of them takes DuckDB
the better part of a second, to see that they are there a few milliseconds.
"""

import hashlib

import duckdb

from tasks.edge.database import queries

TABLE = "ops.definitions"


def digest(*texts: str) -> str:
    """Return what tells these texts, read by this DuckDB, from others."""
    together = "\0".join((duckdb.__version__, *texts))
    return hashlib.sha256(together.encode()).hexdigest()


def is_made(con: duckdb.DuckDBPyConnection, name: str, by: str) -> bool:
    """Return whether ``name`` was made last by the text of that digest."""
    try:
        found = con.execute(
            f"SELECT digest FROM {TABLE} WHERE name = {queries.literal(name)}"
        ).fetchall()
    except duckdb.CatalogException:
        # An empty database, or one of before this table was declared.
        return False
    return found == [(by,)]


def note(con: duckdb.DuckDBPyConnection, name: str, by: str) -> None:
    """Remember what made ``name``; belongs into the transaction that made it."""
    con.execute(
        f"INSERT OR REPLACE INTO {TABLE} (name, digest)"
        f" VALUES ({queries.literal(name)}, {queries.literal(by)})"
    )
