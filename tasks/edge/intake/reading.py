"""The SQL that reads an export under the names and types of the lake."""

from collections.abc import Sequence

from tasks.edge import queries
from tasks.edge.intake.exports import Export


def select(export: Export) -> tuple[str, dict[str, object]]:
    """Return the query that reads an export under the names and types of the lake."""
    columns = zip(positions(export), export.names, strict=True)
    shown = ", ".join(
        f"{typed(export, source, name)} AS {quoted(name)}" for source, name in columns
    )
    return f"SELECT {shown} FROM {reader(export)}", values(export)


def quoted(name: str) -> str:
    """Write a column's name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def positions(export: Export) -> Sequence[str]:
    """Return what the reader calls the columns; a CSV's own names never enter SQL."""
    if export.types is None:
        return [f"c{position}" for position in range(len(export.header))]
    return [quoted(name) for name in export.header]


def typed(export: Export, source: str, name: str) -> str:
    """Return the expression for one column of the lake.

    Args:
        export: The export.
        source: What the reader calls the column, see ``positions``.
        name: What the lake calls it.
    """
    kinds = dict(zip(export.names, export.types or (), strict=False))
    if kinds.get(name, "VARCHAR") != "VARCHAR":
        return source
    text = source
    if export.types is not None:
        for word in export.format.nulls:
            text = f"nullif({text}, {queries.literal(word)})"
    return f"number({text})" if name in export.format.numbers else text


def reader(export: Export) -> str:
    """Return the table function that reads the file, to be run with ``values``."""
    if export.types is not None:
        return "read_parquet($path)"
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in positions(export))
    return (
        f"read_csv($path, columns = {{{columns}}}, header = TRUE, auto_detect = FALSE,"
        " delim = ',', quote = '\"', escape = '\"', nullstr = $nulls,"
        " max_line_size = 16777216)"
    )


def values(export: Export) -> dict[str, object]:
    """Return the parameters of ``reader``."""
    bound: dict[str, object] = {"path": str(export.readable)}
    if export.types is None:
        bound["nulls"] = list(export.format.nulls)
    return bound
