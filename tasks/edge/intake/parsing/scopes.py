"""Which sub-accounts the files of a bill are about.

Exports of single subscriptions or member accounts bear the billing account that pays
for all of them. Only what they are about tells them from exports of the whole.
"""

from collections.abc import Sequence
from pathlib import Path

from tasks.core.intake.formats.declaration import Format
from tasks.edge.costs import sums
from tasks.edge.database import queries
from tasks.edge.intake.parsing.staging import Connection


def sub_accounts(con: Connection, kind: Format, files: Sequence[Path]) -> list[str]:
    """Return the sub-accounts of some files of the lake, alike in all exports.

    Microsoft writes one subscription with and without its path, and in either case.

    Returns:
        Nothing where a row names none: a fee of the whole billing account, say.
    """
    paths = [str(sums.ensure(con, kind, file)) for file in files]
    if not kind.sub_account or not paths:
        return []
    read = "read_parquet($files, union_by_name = TRUE)"
    named = con.execute(f"DESCRIBE SELECT * FROM {read}", {"files": paths}).fetchall()
    if kind.sub_account not in {row[0] for row in named}:
        return []
    column = queries.identifier(kind.sub_account)
    text = f"lower(trim(split_part({column}::VARCHAR, '/', -1), ' \"'))"
    rows = con.execute(
        f"SELECT DISTINCT coalesce({text}, '') AS name FROM {read} ORDER BY name",
        {"files": paths},
    ).fetchall()
    found = [row[0] for row in rows]
    return [] if "" in found else found
