"""Tables as people have them: which columns are meant, and rows that are none.

Who does not name columns gets those of usual names, or the only ones that can be meant;
between several nobody guesses.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from tasks.core.errors import WrongArgument
from tasks.edge.detection import cells, times

# Names of columns, tried in this order where nobody says which to take; without case,
# spaces, underscores and what stands in brackets.
TIMES = (
    *("time", "timestamp", "date", "datetime", "day", "ds", "chargedate", "usagedate"),
    *("chargeperiodstart", "lineitemusagestartdate", "usagestarttime", "startdate"),
    *("starttime", "periodstart", "hour", "week", "month", "quarter", "year", "period"),
    *("datum", "tag", "fecha", "data", "jour", "日付", "日期"),
)
VALUES = (
    *("value", "cost", "amount", "y", "effectivecost", "billedcost", "totalcost"),
    *("lineitemunblendedcost", "unblendedcost", "costinbillingcurrency"),
    *("pretaxcost", "spend", "kosten", "betrag", "coût", "montant", "importe", "costo"),
    *("コスト", "金額", "费用"),
)
CURRENCIES = ("currency", "billingcurrency", "billingcurrencycode", "currencycode")

# What stands in the column of times of a row that adds others up.
TOTAL = r"(?i)\btotals?\b|\bsumme\b|\bgesamt"

# Names that are told, and different values of a column that may tell series apart.
SHOWN, FEW = 12, 1_000


def are_totals(column: pd.Series) -> pd.Series:
    """Return whether cells of a column of times say that their row is a total."""
    if not pd.api.types.is_string_dtype(column):
        return pd.Series(data=False, index=column.index)
    texts = column.astype("object")
    return texts.str.contains(TOTAL, regex=True, na=False).astype("bool")


class Sort(NamedTuple):
    """What sort of column is meant.

    Attributes:
        option: Names it.
        what: Its cells.
        write: One of them.
        names: Usual ones.
        is_such: Whether a column may be meant.
        more: What else can be done where several may.
    """

    option: str
    what: str
    write: str
    names: tuple[str, ...]
    is_such: Callable[[pd.Series], bool]
    more: str = ""


TIME = Sort(
    "--time",
    "times",
    "2026-03-05",
    TIMES,
    lambda column: times.are_such(column[~are_totals(column)]),
)
EACH = "; each of several is a series, and --wide takes them all"
VALUE = Sort("--value", "numbers", "1234.56", VALUES, cells.are_numbers, EACH)


def guessed_time(path: Path, table: pd.DataFrame, taken: Sequence[str]) -> str:
    """Return the column of times that is meant where nobody said so.

    Raises:
        WrongArgument: Several might be, or none.
    """
    return _guessed(path, table, TIME, taken)


def guessed_value(path: Path, table: pd.DataFrame, taken: Sequence[str]) -> str:
    """Return the column of values that is meant where nobody said so.

    Raises:
        WrongArgument: Several might be, or none.
    """
    return _guessed(path, table, VALUE, taken)


def currency(table: pd.DataFrame, taken: Sequence[str]) -> str | None:
    """Return the column that names several currencies; None where none does."""
    for name in map(str, table):
        is_one = _plain(name) in CURRENCIES and name not in taken
        if is_one and len(table[name].dropna().unique()) > 1:
            return name
    return None


def counted(many: int, one: str, more: str) -> str:
    """Return a number and what it counts.

    Examples:
        >>> counted(1, "row is", "rows are"), counted(1200, "row is", "rows are")
        ('1 row is', '1,200 rows are')
    """
    return f"{many:,} {one if many == 1 else more}"


def without_totals(table: pd.DataFrame, time: str) -> tuple[pd.DataFrame, int]:
    """Leave out rows that add others up, as consoles and spreadsheets write them.

    Returns:
        The other rows, under the numbers that they had; and how many were left out.
    """
    is_total = are_totals(table[time])
    return table[~is_total], int(is_total.sum())


def numbers(
    path: Path, table: pd.DataFrame, names: Sequence[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Read columns of values.

    Returns:
        The table with numbers in them, and what people should know of their reading.

    Raises:
        BadValue: One cannot be read; names row and column.
    """
    read = {name: cells.numbers(path, table[name]) for name in names}
    by_note: dict[str, list[str]] = {}
    for name, one in read.items():
        for note in one.notes:
            by_note.setdefault(note, []).append(name)
    told = [f"{listed(those)}: {note}." for note, those in by_note.items()]
    return table.assign(**{name: one.column for name, one in read.items()}), told


def all_numbers(table: pd.DataFrame, taken: Sequence[str]) -> tuple[str, ...]:
    """Return every column of numbers but those that add others up."""
    return tuple(
        name
        for name in map(str, table)
        if name not in taken
        and not re.search(TOTAL, name)
        and cells.are_numbers(table[name])
    )


def side_by_side(
    path: Path, table: pd.DataFrame, time: str, values: Sequence[str], by: Sequence[str]
) -> tuple[pd.DataFrame, str, list[str]]:
    """Put columns of values below each other, as series of their own.

    Returns:
        The table, its column of values, and the columns that tell series apart.

    Raises:
        WrongArgument: A column is called as one that is added.
    """
    added = ["series", "value"]
    if clash := {time, *by} & set(added):
        raise WrongArgument(
            f"{path.name}: the column {min(clash)!r} would be written over; rename it."
        )
    long = table.melt(
        id_vars=[time, *by],
        value_vars=list(values),
        var_name=added[0],
        value_name=added[1],
    )
    return long, "value", [*by, "series"]


def apart(table: pd.DataFrame, taken: Sequence[str]) -> list[str]:
    """Return columns that might tell series apart: names that come again and again."""
    return [
        name
        for name in map(str, table)
        if name not in taken
        and pd.api.types.is_string_dtype(table[name])
        and not cells.are_numbers(table[name])
        and 1 < table[name].nunique() <= min(FEW, len(table) / 2)
        and not times.are_such(table[name])
    ]


def listed(names: Sequence[str]) -> str:
    """Return names for people, of many the first.

    Examples:
        >>> listed(["a", "b"])
        'a, b'
    """
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _guessed(path: Path, table: pd.DataFrame, sort: Sort, taken: Sequence[str]) -> str:
    free = [str(name) for name in table if name not in taken]
    by_name = {_plain(name): name for name in reversed(free)}
    found = next((by_name[name] for name in sort.names if name in by_name), None)
    if found is not None:
        return found
    such = [name for name in free if sort.is_such(table[name])]
    if len(such) == 1:
        return such[0]
    if not such:
        raise WrongArgument(
            f"{path.name} has no column of {sort.what}{_why_not(table, free, sort)}"
        )
    raise WrongArgument(
        f"Which column of {path.name} is meant? Name it with {sort.option}: one of"
        f" {listed(such)}{sort.more}."
    )


def _why_not(table: pd.DataFrame, free: Sequence[str], sort: Sort) -> str:
    """Say what is there instead, and what to do."""
    if sort.is_such(pd.Series([name for name in free if name[:1].isdigit()])):
        return ", but names that are times: let each day be a row, not a column."
    return (
        f": {cells.shown(table, free)}. Write {sort.what} as {sort.write}, or name"
        f" their column with {sort.option}."
    )


def _plain(name: str) -> str:
    return re.sub(r"\(.*?\)|\[.*?\]|[\W_]", "", name.lower())
