"""Mark discounts that the files of a delivery state twice, lest they count twice."""

from collections.abc import Sequence
from pathlib import Path

from tasks.core.intake.formats.declaration import Format
from tasks.edge.costs import sums
from tasks.edge.database import queries
from tasks.edge.intake.parsing import rewriting
from tasks.edge.intake.parsing.staging import Connection

# True where a discount of the line counts on other lines, see raw/aws_repeats.
MARK = "discount_stated_elsewhere"

MARKED = f"""
    SELECT
        * EXCLUDE ({MARK}),
        line_item_net_unblended_cost IS NULL AND list_contains(
            if(line_item_line_item_type LIKE '%Discount', $in_nets, $in_lines),
            bill_payer_account_id::VARCHAR || ' '
            || left(bill_billing_period_start_date::VARCHAR, 7)
        ) AS {MARK}
    FROM (FROM read_parquet($file) UNION ALL BY NAME FROM aws_optional())
"""


def mark(con: Connection, kind: Format, files: Sequence[Path]) -> list[Path]:
    """Mark the lines of lake files whose discount counts on other lines.

    Args:
        con: A connection for reading exports.
        kind: Format of all the files.
        files: Those of one delivery, with their sums.

    Returns:
        Files that were written anew and have to be measured again.
    """
    summed = [str(sums.beside(file)) for file in files]
    found = con.execute(queries.text(kind.repeats), {"sums": summed}).fetchall()
    if not found:
        return []
    keys: dict[bool, list[str]] = {True: [], False: []}
    for account, period, is_in_nets in found:
        keys[is_in_nets].append(f"{account} {period}")
    values = {"in_nets": keys[True], "in_lines": keys[False]}
    for file in files:
        rewriting.rewrite(con, file, MARKED, values)
    return list(files)
