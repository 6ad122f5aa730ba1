"""Columns of lake files that nobody need read: the files themselves say what they hold.

A view names its files, so what their statistics say can stand in it too. The month is
taken from a file's path, by which DuckDB leaves out whole files before it opens them.
"""

import re
from collections.abc import Iterable

from tasks.core.intake.formats.declaration import Format
from tasks.edge import queries, warehouse

# The month in which a file lies, as the path says it.
MONTH = re.compile(r"billing_period=(\d{4}-\d{2})/")


def columns(
    con: warehouse.Connection, kind: Format, files: list[str]
) -> tuple[str, ...]:
    """Return SQL for the columns of some files that need not be read, with names."""
    if not kind.is_quick:
        return ()
    declared = {row[0] for row in con.execute(f"DESCRIBE {kind.raw}").fetchall()}
    rows = queries.run(con, "focus/spared_columns", files=files).fetchall()
    values = {
        name: _value(files, *told) for name, *told in sorted(rows) if name in declared
    }
    # The branch never taken gives the value the column's type.
    return tuple(
        f"if(FALSE, {queries.identifier(name)}, {value}) AS {queries.identifier(name)}"
        for name, value in values.items()
        if value is not None
    )


def _value(
    files: list[str],
    is_empty: bool,  # noqa: FBT001
    constant: str | None,
    is_month_start: bool,  # noqa: FBT001
    is_month_end: bool,  # noqa: FBT001
) -> str | None:
    """Return SQL for the one value of a column, if its files say what it is."""
    if is_empty:
        return "NULL"
    if constant is not None:
        return queries.literal(constant)
    if is_month_start:
        return _of_month(files, "")
    return _of_month(files, " + INTERVAL 1 MONTH") if is_month_end else None


def _of_month(files: Iterable[str], later: str) -> str:
    """Return a moment for each month: looked up, since a cast might fail."""
    months = sorted({month for file in files for month in MONTH.findall(file)})
    moments = (f"'{month}': TIMESTAMP '{month}-01'{later}" for month in months)
    return f"MAP {{{', '.join(moments)}}}[billing_period]"
