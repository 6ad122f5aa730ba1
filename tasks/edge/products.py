"""Names of products: learned from the first bill that has them, the same ever after.

CUR 2.0 keeps a product's name in a map on every line. Reading all of these maps takes
longer than everything else, and a name that changes would tear a series apart.
"""

from collections.abc import Iterable
from pathlib import Path

from tasks.core.intake.formats.declaration import Format
from tasks.edge import queries, sums, warehouse

LINES = "lines_with_names"
# Most products are on the first lines; the rest is looked for by code.
FIRST_LINES = 20_000


def learn(con: warehouse.Connection, kind: Format, files: Iterable[str]) -> None:
    """Learn what the products in some lake files are called, if anybody says.

    Belongs into the transaction that maps the files.
    """
    if not kind.is_quick:
        return
    summed = {file: str(sums.ensure(con, kind, Path(file))) for file in files}
    for position, file in enumerate(summed):
        if not _unnamed(con, list(summed.values())[position:]):
            return
        for limit in (f"LIMIT {FIRST_LINES}", ""):
            codes = _unnamed(con, [summed[file]])
            if not codes:
                break
            _learn(con, file, limit, codes)


def _unnamed(con: warehouse.Connection, summed: list[str]) -> list[str]:
    """Return the codes in some sums whose names nobody has said yet."""
    found = queries.run(con, "focus/aws_unnamed", sums=summed).fetchall()
    return [code for (code,) in found]


def _learn(con: warehouse.Connection, file: str, limit: str, codes: list[str]) -> None:
    exported = f"FROM focus.aws_exported({queries.literal([file])}) {limit}"
    con.execute(f"CREATE OR REPLACE TEMP VIEW {LINES} AS {exported}")
    con.execute(
        "INSERT OR IGNORE INTO bills.product_names BY NAME "
        + queries.text("focus/aws_names"),
        {"lines": LINES, "codes": codes},
    )
