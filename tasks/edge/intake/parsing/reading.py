"""The SQL that reads an export under the names and types of the lake."""

import json
from collections.abc import Sequence

from tasks.edge.database import queries
from tasks.edge.intake.parsing import csv_text, python_text
from tasks.edge.intake.parsing.exports import Export

# Two numbers before a year of four digits, or of two after a slash, see
# sql/macros/written_time.sql; with points between, days are always first.
PAIR = r"^\s*(\d{1,2})[/-](\d{1,2})(?:[/-]\d{4}|/[2-4]\d(?:\s|$))"
# What stands before a time that is not read yet: it comes before all digits.
HELD = "!"


def select(export: Export) -> tuple[str, dict[str, object]]:
    """Return the query that reads an export under the names and types of the lake."""
    columns = zip(positions(export), export.names, strict=True)
    shown = ", ".join(
        f"{typed(export, source, name)} AS {queries.identifier(name)}"
        for source, name in columns
    )
    query = f"SELECT {shown} FROM {reader(export)}"
    if added := missing(export):
        query = f"SELECT *, {', '.join(added)} FROM ({query})"
    if export.format.shape:
        query = f"WITH converted AS ({query}) FROM {export.format.shape}('converted')"
    return query, values(export)


def missing(export: Export) -> list[str]:
    """Return the columns that a file lacks, and that follow from others or are told."""
    form, currency = export.format, export.file.currency
    is_absent = form.currency in {*form.required} - {*export.names}
    told = (
        [f"{queries.literal(currency)} AS {form.currency}"]
        if currency and is_absent
        else []
    )
    return told + [
        f"{derivation} AS {name}"
        for name, other, derivation in form.derived
        if name not in export.names and other in export.names
    ]


def positions(export: Export) -> Sequence[str]:
    """Return what the reader calls the columns; a CSV's own names never enter SQL."""
    if export.columns is None:
        return [f"c{position}" for position in range(len(export.header))]
    return export.columns.sources


def plain(export: Export, source: str, name: str) -> str:
    """Return the expression for a column's value as the file has it, nulls told.

    Where commas do not separate values, a comma in a number is its decimal point, see
    ``local.refuse``.
    """
    if export.columns is None:
        is_local = export.delimiter != "," and name in export.format.numbers
        return f"replace({source}, ',', '.')" if is_local else source
    if _kind(export, name) not in {"VARCHAR", "JSON"}:
        return source
    text = f"{source}::VARCHAR" if _kind(export, name) == "JSON" else source
    for word in export.format.nulls:
        text = f"nullif({text}, {queries.literal(word)})"
    return text


def typed(export: Export, source: str, name: str) -> str:
    """Return the expression for one column of the lake.

    Args:
        export: The export.
        source: What the reader calls the column, see ``positions``.
        name: What the lake calls it.
    """
    form, kind = export.format, _kind(export, name)
    value = plain(export, source, name)
    if name in form.lists:
        value = _list(value, kind, form.lists[name])
    elif name in form.readings:
        value = f"{value}::VARCHAR"
    if name in form.readings:
        return f"{form.readings[name]}({value})"
    if name in form.lists:
        return value
    if name in form.times and is_text(export, name):
        turned = f"month_first({value})" if export.is_day_first else value
        read = f"{form.times[name]}({turned})"
        return held_back(value, read) if export.is_day_first is None else read
    if name in form.numbers:
        return _number(export, value, kind)
    is_scalar = not kind.endswith(("]", ")"))
    return f"{value}::VARCHAR" if form.is_retyped and is_scalar else value


def held_back(value: str, read: str) -> str:
    """Return the expression that marks times of which nobody knows the order yet."""
    return (
        f"CASE WHEN starts_with({value}, '20') THEN {read}"
        f" WHEN regexp_matches({value}, '{PAIR}') THEN {queries.literal(HELD)} ||"
        f" {value} ELSE {read} END"
    )


def is_text(export: Export, name: str) -> bool:
    """Whether a column of the lake stands as text in the file."""
    return _kind(export, name) in {"VARCHAR", "JSON"}


def reader(export: Export) -> str:
    """Return the table function that reads the file, to be run with ``values``."""
    if export.columns is None:
        return csv_text.table(len(export.header), export.delimiter, export.preamble)
    if export.columns.keys is None:
        return "read_parquet($path, hive_partitioning = FALSE)"
    keys = ", ".join(f"{queries.literal(key)}: 'JSON'" for key in export.columns.keys)
    return f"read_json($path, format = 'auto', columns = {{{keys}}})"


def _kind(export: Export, name: str) -> str:
    """Return the DuckDB type of a column, by its name in the lake."""
    return dict(zip(export.names, export.types or (), strict=False)).get(
        name, "VARCHAR"
    )


def _list(value: str, kind: str, fields: Sequence[str]) -> str:
    """Read a list of structs, or the text of one: JSON, or as Python shows it."""
    members = ", ".join(f"{queries.identifier(name)} VARCHAR" for name in fields)
    if kind != "VARCHAR":
        return f"CAST({value} AS STRUCT({members})[])"
    shown = f"CAST({python_text.mended(value)} AS STRUCT({members})[])"
    shape = queries.literal(json.dumps([dict.fromkeys(fields, "VARCHAR")]))
    return (
        f"CASE WHEN json_valid({value}) THEN json_transform({value}, {shape})"
        f" ELSE {shown} END"
    )


def is_printed(export: Export, kind: str) -> bool:
    """Whether a type is one of floats that mean the decimals they are printed with."""
    is_meant = export.format.is_retyped or not export.format.has_ten_decimals
    return is_meant and kind in {"DOUBLE", "FLOAT"}


def _number(export: Export, value: str, kind: str) -> str:
    if kind == "VARCHAR":
        return f"number({value})"
    if is_printed(export, kind):
        return f"number({value}::VARCHAR)"
    return f"{value}::DECIMAL(38, 18)" if export.format.is_retyped else value


def values(export: Export) -> dict[str, object]:
    """Return the parameters of ``reader``."""
    bound: dict[str, object] = {"path": str(export.readable)}
    if export.columns is None:
        bound["nulls"] = list(export.format.nulls)
    return bound
