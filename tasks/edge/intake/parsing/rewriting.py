"""Write files that are not in the lake yet anew, where their delivery says so."""

from collections.abc import Mapping
from pathlib import Path

from tasks.edge.costs import sums
from tasks.edge.intake.parsing.staging import Connection


def rewrite(
    con: Connection, file: Path, query: str, values: Mapping[str, object]
) -> None:
    """Replace a file by the rows of a query; its sums are no longer those.

    Args:
        con: A connection for reading exports.
        file: A Parquet file in the shape of the lake.
        query: What it shall hold, read from ``$file``.
        values: The query's other parameters.
    """
    target = file.with_suffix(".rewritten")
    con.execute(
        f"COPY ({query}) TO $target (FORMAT parquet, COMPRESSION zstd)",
        {"file": str(file), "target": str(target), **values},
    )
    target.replace(file)
    sums.forget(file)
