"""Names of products: learned from the first bill that has them, the same ever after.

CUR 2.0 keeps a product's name in a map on every line. Reading all of these maps takes
longer than everything else, and a name that changes would tear a series apart.
"""

from collections.abc import Iterable
from pathlib import Path

from tasks.core.intake.formats.declaration import Format
from tasks.edge.costs import sums
from tasks.edge.database import queries, warehouse
from tasks.edge.mapping import names

LINES = "lines_with_names"
# What a product is called is on its first lines, if anywhere.
FIRST_LINES = 20_000


def learn(con: warehouse.Connection, kind: Format, files: Iterable[str]) -> None:
    """Learn what the products in some lake files are called, if anybody says.

    Belongs into the transaction that maps the files.
    """
    if not kind.is_quick:
        return
    summed = {str(sums.ensure(con, kind, Path(file))): file for file in files}
    unnamed: dict[str, set[str]] = {place: set() for place in summed}
    found = queries.run(con, "focus/aws_unnamed", sums=list(summed)).fetchall()
    for place, code in found:
        unnamed[place].add(code)
    named: set[str] = set()
    for place, file in summed.items():
        for limit in (f"LIMIT {FIRST_LINES}", ""):
            codes = unnamed[place] - named
            if not codes:
                break
            named |= _learn(con, file, limit, sorted(codes))
    if named:
        names.install(con)


def _learn(
    con: warehouse.Connection, file: str, limit: str, codes: list[str]
) -> set[str]:
    """Learn names from the lines of a file; return the codes that have one now."""
    words = ", ".join(map(queries.literal, codes))
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {LINES} AS"
        f" FROM focus.aws_exported({queries.literal([file])})"
        f" WHERE line_item_product_code IN ({words}) {limit}"
    )
    learned = con.execute(
        "INSERT OR IGNORE INTO bills.product_names BY NAME "
        + queries.text("focus/aws_names")
        + " RETURNING product_code",
        {"lines": LINES, "codes": codes},
    ).fetchall()
    return {code for (code,) in learned}
