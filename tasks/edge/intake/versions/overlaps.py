"""Exports of a growing table whose names differ in a number, and that overlap.

Numbered files are parts of one export, which share nothing but a few equal rows. Or
each is an export: of the whole table, or of a time that reaches into another's. Then
both hold all rows that were added in the time that they share.
"""

from collections.abc import Sequence

from tasks.edge.database import queries
from tasks.edge.intake.landing import Staged
from tasks.edge.intake.parsing.staging import Connection

# The last files by name are looked at; exports that overlap do so all along.
COMPARED = 4

# Of large files some rows tell as much as all: those whose hash is a multiple.
COMPARED_ROWS = 400_000

# Pairs of files that have more than half of the rows of their common time in common.
# Two rows or fewer may be equal by chance.
PAIRS = """
    WITH told AS (
        SELECT filename, {stamp} AS stamp, hash(*COLUMNS(* EXCLUDE (filename))) AS line
        FROM read_parquet($files, union_by_name = TRUE, filename = TRUE)
        WHERE line % $every = 0
    ),
    spans AS (
        SELECT filename, min(stamp) AS first, max(stamp) AS last FROM told GROUP BY ALL
    ),
    pairs AS (
        SELECT
            one.filename AS mine,
            other.filename AS theirs,
            greatest(one.first, other.first) AS first,
            least(one.last, other.last) AS last
        FROM spans AS one
        INNER JOIN spans AS other ON one.filename < other.filename
    ),
    lines AS (
        SELECT
            mine,
            theirs,
            line,
            count(*) FILTER (filename = mine) AS here,
            count(*) FILTER (filename = theirs) AS there
        FROM pairs
        INNER JOIN told
            ON filename IN (mine, theirs) AND stamp BETWEEN first AND last
        GROUP BY ALL
    )
    SELECT mine, theirs FROM lines
    GROUP BY ALL
    HAVING
        sum(least(here, there)) > 2
        AND 2 * sum(least(here, there)) > least(sum(here), sum(there))
"""


def divide(con: Connection, parts: Sequence[Staged]) -> list[list[Staged]]:
    """Return the exports among files of a growing table that only a number tells apart.

    Args:
        con: A connection that reads exports.
        parts: The files, of one format.

    Returns:
        All of them together if they are parts, else each file by itself.
    """
    if len(parts) == 1:
        return [list(parts)]
    stamp = parts[0].export.format.stamp
    compared = parts[-COMPARED:]
    rows = sum(total.row_count for part in compared for total in part.totals)
    found = con.execute(
        PAIRS.format(stamp=queries.identifier(stamp) if stamp else "0"),
        {
            "files": [str(part.path) for part in compared],
            "every": rows // COMPARED_ROWS + 1,
        },
    ).fetchall()
    return [[part] for part in parts] if found else [list(parts)]
