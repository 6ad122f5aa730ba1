"""Times and numbers, as people and spreadsheets write them.

A column is read in one way: what only some of its cells allow is never guessed, and
where two ways fit, nobody is asked to trust one of them.
"""

import re
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from tasks.core.errors import BadValue

# Whole numbers below are seconds since 1970, above milliseconds; and days that are
# written as one number.
MILLISECONDS = 100_000_000_000
DAY_NUMBER = re.compile(r"(19|20)\d{6}")

WHOLE = re.compile(r"-?\d+(\.\d+)?")

# Days with the year last; points stand behind the day.
YEAR_LAST = r"^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?$"
MONTHS = 12

# What stands for nothing, and what says the currency of a number.
NOTHING = ("", "-", "\N{EN DASH}", "\N{EM DASH}")
SIGNS = "$€£¥₹"
CURRENCY = rf"[{SIGNS}]|\b[A-Z]{{3}}\b"
BRACKETS = r"^\((.*)\)$"

# Between groups of three digits.
GAPS = r"(?<=\d)[ '\u00a0\u202f\u2019](?=\d{3})"
POINT = r"[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d*)?(?:[eE][-+]?\d+)?"
COMMA = r"[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+)?(?:,\d*)?(?:[eE][-+]?\d+)?"
THOUSANDS = r"[-+]?\d{1,3},\d{3}"


def times(path: Path, column: pd.Series) -> pd.Series:
    """Read times: ISO 8601, days, or numbers since 1970; in UTC, without a zone.

    Raises:
        BadValue: One cannot be read, or it is not clear what is day and what is month.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        found = pd.to_datetime(column, utc=True)
    elif _are_numbers(column):
        found = _since_1970(column)
    else:
        texts = column.astype("str").str.strip()
        texts = texts.str.replace(r"\s*UTC$", "Z", regex=True)
        parts = texts.str.extract(YEAR_LAST)
        if len(texts) and parts[0].notna().sum() * 2 > len(texts):
            found = _year_last(path, column, parts)
        else:
            found = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
    refuse(path, column, found.isna(), "a time; write it as 2026-03-05T12:00")
    return found.dt.tz_localize(None)


def are_times(column: pd.Series) -> bool:
    """Return whether a column holds times that are no mere numbers."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return True
    if pd.api.types.is_numeric_dtype(column):
        return False
    known = column.dropna().head(100)
    if not len(known) or _are_numbers(known):
        return False
    try:
        times(Path(), known)
    except BadValue:
        return False
    return True


def are_numbers(column: pd.Series) -> bool:
    """Return whether a column holds numbers."""
    if pd.api.types.is_bool_dtype(column):
        return False
    try:
        found, _ = numbers(Path(), column.head(100))
    except BadValue:
        return False
    return bool(found.notna().any())


def numbers(path: Path, column: pd.Series) -> tuple[pd.Series, tuple[str, ...]]:
    """Read values; what is empty is unknown.

    Returns:
        The values, and what people should know of how they were read.

    Raises:
        BadValue: One cannot be read, they are of several currencies, or it is not clear
            whether a comma parts thousands or decimals.
    """
    if not pd.api.types.is_string_dtype(column):
        found = pd.to_numeric(column, errors="coerce").astype("float64")
        is_bad = column.notna() & ~np.isfinite(found)
        refuse(path, column, is_bad, "a number; write it as 1234.56")
        return found, ()
    texts = column.astype("object").str.strip()
    is_known = column.notna() & ~texts.isin(NOTHING)
    plain, notes = _without_currency(path, column, texts[is_known])
    is_point, is_comma = plain.str.fullmatch(POINT), plain.str.fullmatch(COMMA)
    has_comma = plain.str.contains(",", regex=False)
    if is_comma.sum() > is_point.sum():
        plain = plain.str.replace(".", "").str.replace(",", ".")
        notes += (f"Commas of {column.name} were read as decimal points.",)
    elif has_comma.any():
        unclear = plain[has_comma].str.fullmatch(THOUSANDS).all()
        if unclear and not plain.str.contains(".", regex=False).any():
            row = plain.index[has_comma.to_numpy()][0]
            raise BadValue(
                f"{path.name}, column {column.name}: does {column.loc[row]!r} have"
                " thousands or decimals? Write it as 1234.56."
            )
        # A comma that parts no thousands makes a cell that is not read.
        plain = plain.where(~is_point, plain.str.replace(",", ""))
    found = pd.to_numeric(plain, errors="coerce").astype("float64").reindex(texts.index)
    is_bad = is_known & ~np.isfinite(found)
    refuse(path, column, is_bad, "a number; write it as 1234.56")
    return found, notes


def refuse(path: Path, column: pd.Series, is_bad: pd.Series, meant: str) -> None:
    """Name the first cell that cannot be read.

    Raises:
        BadValue: There is one.
    """
    if is_bad.any():
        row = int(np.flatnonzero(is_bad)[0])
        raise BadValue(
            f"{path.name}, row {row + 1} below the head, column {column.name}:"
            f" {column.iloc[row]!r} is not {meant}."
            f" {int(is_bad.sum()):,} rows are like it."
        )


def _are_numbers(column: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(column):
        return True
    texts = column.dropna().astype("str")
    return bool(len(texts)) and all(map(WHOLE.fullmatch, texts))


def _since_1970(column: pd.Series) -> pd.Series:
    texts = column.dropna().astype("str")
    if all(map(DAY_NUMBER.fullmatch, texts)):
        days = pd.to_datetime(texts, format="%Y%m%d", utc=True, errors="coerce")
        if days.notna().all():
            return days.reindex(column.index)
    read = pd.to_numeric(column)
    is_fine = read.abs().max() >= MILLISECONDS
    unit: Literal["ms", "s"] = "ms" if is_fine else "s"
    return pd.Series(pd.to_datetime(read, unit=unit, utc=True), index=column.index)


def _year_last(path: Path, column: pd.Series, parts: pd.DataFrame) -> pd.Series:
    """Read days as 31.12.2026 or 12/31/2026, whichever all of them allow."""
    first, second = (pd.to_numeric(parts[number]) for number in (0, 2))
    is_day_first = bool((parts[1] == ".").any() or (first > MONTHS).any())
    if not is_day_first and not (second > MONTHS).any():
        raise BadValue(
            f"{path.name}, column {column.name}: is the day or the month first in"
            f" {column.iloc[0]!r}? Write it as 2026-03-05."
        )
    day, month = (first, second) if is_day_first else (second, first)
    iso = (
        parts[3]
        + "-"
        + month.astype("Int64").astype("str").str.zfill(2)
        + "-"
        + day.astype("Int64").astype("str").str.zfill(2)
        + "T"
        + parts[4].fillna("00:00").str.zfill(5)
    )
    return pd.to_datetime(iso, format="ISO8601", utc=True, errors="coerce")


def _without_currency(
    path: Path, column: pd.Series, texts: pd.Series
) -> tuple[pd.Series, tuple[str, ...]]:
    """Return texts without the one currency that they name."""
    texts = texts.str.replace(BRACKETS, r"-\1", regex=True)
    named = sorted(set(texts.str.findall(CURRENCY).explode().dropna()))
    if len(named) > 1:
        raise BadValue(
            f"{path.name}, column {column.name} has amounts of several currencies,"
            f" {' and '.join(named[:3])}: they cannot be compared."
        )
    plain = texts.str.replace(CURRENCY, "", regex=True).str.strip()
    plain = plain.str.replace(GAPS, "", regex=True)
    return plain, (f"{column.name} is in {named[0]}.",) if named else ()
