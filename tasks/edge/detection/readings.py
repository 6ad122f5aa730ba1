"""A file, and which of its columns are meant, read as series."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tasks.core.errors import NothingThere, WrongArgument
from tasks.edge.detection import dated_values, files, tables, times
from tasks.edge.detection.dated_values import Grid

# What is added to the table.
ADDED = ("expected", "low", "high", "score", "p_value", "is_anomaly", "event_begins")


class Columns(NamedTuple):
    """What is asked for.

    Attributes:
        time: Column of the times; None: the one that can be meant.
        values: Columns of values; each of several is a series; none: the one that can
            be meant.
        by: Columns that tell series apart.
        date_order: One of ``times.ORDERS``, where it is known.
        is_wide: Whether each column of numbers is a series.
    """

    time: str | None
    values: tuple[str, ...]
    by: tuple[str, ...]
    date_order: str | None
    is_wide: bool = False


def read(path: Path, asked: Columns) -> tuple[str, Grid, tuple[str, ...]]:
    """Read a file as series at equal steps.

    Returns:
        The column of times, the series, and what people should know of the reading.

    Raises:
        BadValue: A time or a value cannot be read; names row and column.
        WrongArgument: A column is not there, or which one to take is not clear.
        NothingThere: There is no such file, or nothing in it.
        UnreadableFile: It is neither CSV, JSON nor Parquet.
    """
    read, by = files.read(path), asked.by
    time, values = _columns(path, read, asked)
    table, totals = tables.without_totals(read.rows, time)
    if not len(table):
        raise NothingThere(f"{path.name} has no rows but totals.")
    at, notes = times.read(path, table[time], asked.date_order)
    table, more = tables.numbers(path, table.assign(**{time: at}), values)
    told = [*read.notes, *(f"{time}: {note}." for note in notes), *more]
    if totals:
        those = tables.counted(totals, "row of totals was", "rows of totals were")
        told.append(f"{those} left out.")
    value, keys = values[0], list(by)
    if len(values) > 1:
        table, value, keys = tables.side_by_side(path, table, time, values, by)
    if other := tables.currency(table, (time, value, *keys)):
        keys.append(other)
        told.append(f"Several currencies are not added up: {other} tells series apart.")
    grid, notes = dated_values.laid_out(path, table, time, value, keys)
    return time, grid, (*told, *notes)


def _columns(path: Path, read: files.Read, asked: Columns) -> tuple[str, list[str]]:
    """Return the columns of time and values, once all are known to be there."""
    table, (time, values, by, _, is_wide) = read.rows, asked
    named = [name for name in (time, *values, *by) if name is not None]
    for name in named:
        if name not in table:
            raise WrongArgument(
                f"{path.name} has no column {name!r}, only"
                f" {tables.listed([*map(str, table)])}."
            )
    time = time or tables.guessed_time(path, table, named)
    if is_wide and values:
        raise WrongArgument("Give --value or --wide, which takes every column.")
    if is_wide:
        values = tables.all_numbers(table, [*by, time])
    values = values or (tables.guessed_value(path, table, [*by, time]),)
    for name in (time, *values, *by):
        if name in read.repeated:
            raise WrongArgument(
                f"{path.name} has several columns {name!r}: rename all but one."
            )
        if name in ADDED:
            raise WrongArgument(
                f"{path.name}: the column {name!r} would be written over; rename it."
            )
    if twice := [
        name for name, count in Counter([time, *values, *by]).items() if count > 1
    ]:
        raise WrongArgument(f"The column {twice[0]!r} is named twice.")
    return time, list(values)
