"""Numbers, as people and spreadsheets write them.

A column is read in one way: what only some of its cells allow is never guessed, and
where two ways fit, nobody is asked to trust one of them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from tasks.core.errors import BadValue

# What stands for nothing, and what says the currency of a number.
NOTHING = (
    *("", "-", "\N{EN DASH}", "\N{EM DASH}", "na", "n/a", "#n/a", "nan", "null"),
    *("none", "nil"),
)
SIGNS = "$€£¥₹"
CURRENCY = rf"[{SIGNS}]|\b[A-Z]{{3}}\b"
BRACKETS = r"^\((.*)\)$"
TRAILING_MINUS = r"^([^-]*\d)\s*-$"

# Between groups of three digits.
GAPS = r"(?<=\d)[ '\u00a0\u202f\u2019](?=\d{3})"
POINT = r"[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d*)?(?:[eE][-+]?\d+)?"
COMMA = r"[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+)?(?:,\d*)?(?:[eE][-+]?\d+)?"
THOUSANDS = r"[-+]?\d{1,3},\d{3}"
DOTTED = r"[-+]?[1-9]\d{0,2}\.\d{3}"
WHOLE = r"[-+]?\d{1,3}"

WRITE = "a number; write it as 1234.56"
# Cells of which it is told what they hold.
SHOWN = 3
# Cells of a column that nobody named that are looked at.
LOOKED_AT = 100


class NotClear(BadValue):
    """They are numbers, or times, but not clear ones."""


class Read(NamedTuple):
    """What was made of a column.

    Attributes:
        column: Times or numbers, row by row.
        notes: How it was read, where people should know: what follows its name.
    """

    column: pd.Series
    notes: tuple[str, ...]


def are_numbers(column: pd.Series) -> bool:
    """Return whether a column holds numbers."""
    if pd.api.types.is_bool_dtype(column):
        return False
    try:
        found = numbers(Path(), column.head(LOOKED_AT)).column
    except NotClear:
        return True
    except BadValue:
        return False
    return bool(found.notna().any())


def numbers(path: Path, column: pd.Series) -> Read:
    """Read values; what is empty is unknown.

    Raises:
        BadValue: One cannot be read, they are of several currencies, or it is not clear
            whether a comma parts thousands or decimals.
    """
    if pd.api.types.is_bool_dtype(column):
        refuse(path, column, column.notna(), WRITE)
    if not pd.api.types.is_string_dtype(column):
        found = pd.to_numeric(column, errors="coerce").astype("float64")
        is_bad = column.notna() & ~np.isfinite(found)
        refuse(path, column, is_bad, WRITE)
        return Read(found, ())
    texts = column.astype("object").str.strip()
    is_known = column.notna() & ~texts.str.lower().isin(NOTHING)
    plain, notes = _without_signs(path, column, texts[is_known])
    plain, more = _with_points(path, column, plain)
    found = pd.to_numeric(plain, errors="coerce").astype("float64").reindex(texts.index)
    is_bad = is_known & ~np.isfinite(found)
    refuse(path, column, is_bad, WRITE)
    return Read(found, (*notes, *more))


def shown(table: pd.DataFrame, names: Sequence[str]) -> str:
    """Return what some columns hold, for people.

    Examples:
        >>> shown(pd.DataFrame({"day": ["5 mai"], "cost": ["7 GB"]}), ["day", "cost"])
        "day has '5 mai', cost has '7 GB'"
    """
    told = []
    for name in names[:SHOWN]:
        known = table[name].dropna()
        told.append(
            f"{name} has {_quoted(known.iloc[0])}" if len(known) else f"{name} is empty"
        )
    more = len(names) - SHOWN
    return ", ".join(told) + (f", and there are {more} more" if more > 0 else "")


def refuse(path: Path, column: pd.Series, is_bad: pd.Series, meant: str) -> None:
    """Name the first cell that cannot be read.

    Raises:
        BadValue: There is one.
    """
    if is_bad.any():
        row = int(np.flatnonzero(is_bad)[0])
        cell = column.iloc[row]
        what = "what is empty" if pd.isna(cell) else _quoted(cell)
        many = int(is_bad.sum())
        raise BadValue(
            f"{path.name}, row {column.index[row] + 1} below the head, column"
            f" {column.name}: {what} is not {meant}."
            + (f" {many:,} rows are like it." if many > 1 else "")
        )


def _quoted(cell: object) -> str:
    """Return a cell as it was written."""
    return repr(cell if isinstance(cell, str) else str(cell))


def _with_points(
    path: Path, column: pd.Series, plain: pd.Series
) -> tuple[pd.Series, tuple[str, ...]]:
    """Return texts with a decimal point and without thousands."""
    is_point, is_comma = plain.str.fullmatch(POINT), plain.str.fullmatch(COMMA)
    has_comma = plain.str.contains(",", regex=False)
    has_point = plain.str.contains(".", regex=False)
    if is_comma.sum() > is_point.sum():
        told = ("commas read as decimal points",) if has_comma.any() else ()
        return plain.str.replace(".", "").str.replace(",", "."), told
    if has_comma.any():
        is_unclear = plain[has_comma].str.fullmatch(THOUSANDS).all()
        if is_unclear and not has_point.any():
            raise _unclear(path, column, has_comma)
        # A comma that parts no thousands makes a cell that is not read.
        return plain.where(~is_point, plain.str.replace(",", "")), ()
    # Three digits behind every point, and none where a number is small: of rounded
    # numbers some would have fewer.
    are_dotted = has_point.any() and plain[has_point].str.fullmatch(DOTTED).all()
    if (
        are_dotted
        and not has_point.all()
        and plain[~has_point].str.fullmatch(WHOLE).all()
    ):
        raise _unclear(path, column, has_point)
    return plain, ()


def _unclear(path: Path, column: pd.Series, is_such: pd.Series) -> NotClear:
    row = is_such.index[is_such.to_numpy()][0]
    return NotClear(
        f"{path.name}, row {row + 1} below the head, column {column.name}: does"
        f" {column.loc[row]!r} have thousands or decimals? Write it as 1234.56."
    )


def _without_signs(
    path: Path, column: pd.Series, texts: pd.Series
) -> tuple[pd.Series, tuple[str, ...]]:
    """Return texts without the one currency or the percent signs that they have."""
    texts = texts.str.replace("\N{MINUS SIGN}", "-", regex=False)
    texts = texts.str.replace(BRACKETS, r"-\1", regex=True)
    texts = texts.str.replace(TRAILING_MINUS, r"-\1", regex=True)
    named = sorted(set(texts.str.findall(CURRENCY).explode().dropna()))
    if len(named) > 1:
        raise NotClear(
            f"{path.name}, column {column.name} has amounts of several currencies,"
            f" {' and '.join(named[:3])}: they cannot be compared. Put the currency in"
            " a column of its own and name that with --by."
        )
    if len(texts) and texts.str.endswith("%").all():
        texts, named = texts.str[:-1], ["percent"]
    plain = texts.str.replace(CURRENCY, "", regex=True).str.strip()
    plain = plain.str.replace(GAPS, "", regex=True)
    return plain, (f"in {named[0]}",) if named else ()
