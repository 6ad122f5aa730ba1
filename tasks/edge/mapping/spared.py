"""Columns of lake files that nobody need read: the files themselves say what they hold.

A view names its files, so what their statistics say can stand in it too. The month is
taken from a file's path, by which DuckDB leaves out whole files before it opens them.
"""

from tasks.core.intake.formats.declaration import Format
from tasks.edge.database import queries, warehouse

# The month in which a file lies, as the path says it. DuckDB makes it once for many
# lines, where a look-up in a map is made for each; a cast would open files of all
# months, since it might fail.
MONTH_START = "try_strptime(billing_period, '%Y-%m')"


def columns(
    con: warehouse.Connection, kind: Format, files: list[str]
) -> tuple[str, ...]:
    """Return SQL for the columns of some files that need not be read, with names."""
    if not kind.is_quick:
        return ()
    declared = {row[0] for row in con.execute(f"DESCRIBE {kind.raw}").fetchall()}
    rows = queries.run(con, "focus/spared_columns", files=files).fetchall()
    values = {name: _value(*told) for name, *told in sorted(rows) if name in declared}
    # The branch never taken gives the value the column's type.
    return tuple(
        f"if(FALSE, {queries.identifier(name)}, {value}) AS {queries.identifier(name)}"
        for name, value in values.items()
        if value is not None
    )


def _value(
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
        return MONTH_START
    return f"({MONTH_START} + INTERVAL 1 MONTH)" if is_month_end else None
