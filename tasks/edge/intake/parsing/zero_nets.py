"""Leave out net costs that are zero throughout, lest a bill cost nothing."""

import re
from collections.abc import Sequence
from pathlib import Path

from tasks.core.intake.formats.declaration import Format
from tasks.edge.costs import sums
from tasks.edge.database import queries
from tasks.edge.intake.parsing import rewriting
from tasks.edge.intake.parsing.staging import Connection

NET = re.compile(r"(line_item|reservation|savings_plan|split_line_item)_net_.*")

IS_MEANT = """list_contains(
    $zeros,
    bill_payer_account_id::VARCHAR || ' '
    || left(bill_billing_period_start_date::VARCHAR, 7)
)"""


def clear(con: Connection, kind: Format, files: Sequence[Path]) -> list[str]:
    """Make net costs null for payers and months that state nothing but zeros.

    Args:
        con: A connection for reading exports.
        kind: Format of all the files.
        files: Those of one delivery, with their sums; they are written anew, and so
            are their sums, where anything is found.

    Returns:
        What to tell people, a sentence for each payer and month.
    """
    summed = [str(sums.beside(file)) for file in files]
    found = con.execute(queries.text(kind.zero_nets), {"sums": summed}).fetchall()
    if not found:
        return []
    zeros = [f"{account} {period}" for account, period in found]
    for file in files:
        _clear(con, file, zeros)
        sums.ensure(con, kind, file)
    return [
        f"All net costs of account {account} in {period} are zero, though no discount"
        " is stated: its costs are taken before discounts."
        for account, period in found
    ]


def _clear(con: Connection, file: Path, zeros: list[str]) -> None:
    columns = con.execute(
        "SELECT name FROM parquet_schema($file)", {"file": str(file)}
    ).fetchall()
    nets = [queries.identifier(name) for (name,) in columns if NET.fullmatch(name)]
    if nets:
        shown = ", ".join(f"if({IS_MEANT}, NULL, {net}) AS {net}" for net in nets)
        query = f"SELECT * REPLACE ({shown}) FROM read_parquet($file)"
        rewriting.rewrite(con, file, query, {"zeros": zeros})
