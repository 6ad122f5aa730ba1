"""Tables as people have them: read as text, and the columns that are meant.

Who does not name columns gets those of usual names, or the only ones that can be meant;
between several nobody guesses.
"""

import codecs
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import fsspec
import pandas as pd
import pyarrow as pa

from tasks.core.errors import NothingThere, UnreadableFile, WrongArgument
from tasks.edge.detection import cells

# Names of columns, tried in this order where nobody says which to take; without case,
# spaces, underscores and what stands in brackets.
TIMES = (
    *("time", "timestamp", "date", "datetime", "day", "ds", "chargedate", "usagedate"),
    *("chargeperiodstart", "lineitemusagestartdate", "usagestarttime", "startdate"),
    *("starttime", "periodstart", "hour", "month", "datum"),
)
VALUES = (
    *("value", "cost", "amount", "y", "effectivecost", "billedcost", "totalcost"),
    *("lineitemunblendedcost", "unblendedcost", "costinbillingcurrency"),
    *("pretaxcost", "spend", "kosten", "betrag"),
)
CURRENCIES = ("currency", "billingcurrency", "billingcurrencycode", "currencycode")

DELIMITERS = (",", ";", "\t", "|")
MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# What people may try, and what they can do instead.
OTHERS = (".xlsx", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".orc", ".avro")


class Sort(NamedTuple):
    """What sort of column is meant.

    Attributes:
        option: Names it.
        what: Its cells.
        names: Usual ones.
        is_such: Whether a column may be meant.
        more: What else can be done where several may.
    """

    option: str
    what: str
    names: tuple[str, ...]
    is_such: Callable[[pd.Series], bool]
    more: str = ""


TIME = Sort("--time", "times", TIMES, cells.are_times)
EACH = "; each of several is a series"
VALUE = Sort("--value", "numbers", VALUES, cells.are_numbers, EACH)


def is_parquet(path: Path) -> bool:
    """Return whether a file's name says that it is Parquet."""
    return path.suffix.lower() in (".parquet", ".pq")


def read(path: Path) -> pd.DataFrame:
    """Read every column as it is; of CSV, as text.

    Raises:
        NothingThere: There is no such file, or nothing in it.
        UnreadableFile: It is neither CSV nor Parquet.
    """
    if not path.is_file():
        raise NothingThere(f"There is no file {path}.")
    if path.suffix.lower() in OTHERS:
        raise UnreadableFile(
            f"{path.name} is neither CSV nor Parquet: save the table as CSV."
        )
    if not path.stat().st_size:
        raise NothingThere(f"{path.name} is empty.")
    try:
        table = _parquet(path) if is_parquet(path) else _csv(path)
    except (pa.ArrowInvalid, ValueError, OSError, EOFError) as error:
        # pandas' own errors of parsing are ValueErrors, and so are those of decoding.
        raise UnreadableFile(f"{path.name} cannot be read: {error}") from error
    if not len(table):
        raise NothingThere(f"{path.name} has no rows.")
    return table


def _parquet(path: Path) -> pd.DataFrame:
    """Read a file whose times may have been the index of who wrote it."""
    table = pd.read_parquet(path)
    named = [name for name in table.index.names if name is not None]
    return table.reset_index(named) if named else table


def _csv(path: Path) -> pd.DataFrame:
    with fsspec.open(str(path), "rb", compression="infer") as file:
        is_utf16 = file.read(2) in MARKS
    encoding = "utf-16" if is_utf16 else "utf-8-sig"
    with fsspec.open(str(path), "rt", compression="infer", encoding=encoding) as lines:
        delimiter = max(DELIMITERS, key=lines.readline().count)
    return pd.read_csv(path, sep=delimiter, dtype="str", encoding=encoding)


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
            f"{path.name} has no column of {sort.what},"
            f" only {', '.join(map(str, table))}."
        )
    raise WrongArgument(
        f"Which column of {path.name} is meant? Name it with {sort.option}: one of"
        f" {', '.join(such)}{sort.more}."
    )


def _plain(name: str) -> str:
    return re.sub(r"\(.*?\)|\[.*?\]|[\W_]", "", name.lower())
