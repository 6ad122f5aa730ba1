"""Times, as people and spreadsheets write them.

A column is read in one way, and where two ways fit, nobody guesses: the message says
how to tell (``order``), and how a time is written that everybody reads alike.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from tasks.core.errors import BadValue
from tasks.edge.detection import cells
from tasks.edge.detection import numbered_times as numbered
from tasks.edge.detection.cells import NotClear, Read

# Which of day, month and year comes first, where all three are numbers.
ORDERS = ("dmy", "mdy", "ymd")

# A day, and what may follow it: clock, half of the day, zone.
ZONE = r"Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?"
HALF = r"[AaPp]\.?[Mm]\.?"
CLOCK = r"(?:[01]?\d|2[0-3])(?::[0-5]\d){1,2}(?:[.,]\d+)?"
PARTS = re.compile(
    rf"^(?P<day>.+?)(?:[T,\s]+(?P<clock>{CLOCK}|(?:0?[1-9]|1[0-2])(?=\s*{HALF}))"
    rf"\s*(?P<half>{HALF})?\s*(?P<zone>{ZONE})?)?$"
)
NOON = 12

WEEKDAY = (
    r"^(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]*\s+"
)
ORDINAL = r"(?<=\d)(?:st|nd|rd|th)\b"

# Names of months, once whatever parts them is a space.
NAMED = (
    *("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y"),
    *("%Y %b %d", "%Y %B %d", "%d %b %y", "%d %B %y", "%b %Y", "%B %Y"),
)
MONTH_AND_YEAR = r"^(\d{1,2})[-/.](\d{4})$"
QUARTER = r"^(?:(\d{4})[-\s]?Q([1-4])|Q([1-4])[-\s]?(\d{4}))$"
WEEK = r"^(\d{4})-?W(\d{2})(?:-?([1-7]))?$"
THREE = r"^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})$"
FULL_YEAR = 4

WITHOUT_DAY = (
    "a whole time; put day and clock into one column, as 2026-03-05T12:00, or name"
    " another with --time"
)
WRITE = "a time; write it as 2026-03-05 or 2026-03-05T12:00"


class Written(NamedTuple):
    """A column of days, and what its messages need.

    Attributes:
        path: The table.
        column: As it is written.
        days: Texts without clock and zone.
        order: One of ``ORDERS`` where somebody said so.
    """

    path: Path
    column: pd.Series
    days: pd.Series
    order: str | None


def read(path: Path, column: pd.Series, order: str | None = None) -> Read:
    """Read times; in UTC, without a zone.

    Days that begin at midnight of a zone stay the days that they are there.

    Args:
        path: Named in errors.
        column: Times, numbers or texts.
        order: One of ``ORDERS``, where it is known.

    Raises:
        BadValue: One cannot be read, or it is not clear what is day and what is month.
    """
    empty = column.isna()
    cells.refuse(path, column, empty, "a time: each row needs one")
    notes: tuple[str, ...] = ()
    if pd.api.types.is_datetime64_any_dtype(column):
        found = _in_utc(column)
    elif numbered.are_such(column):
        found, notes = numbered.read(column)
    else:
        found = _of_texts(path, column, order)
    are_clocks = column.astype("str").str.fullmatch(CLOCK).all()
    cells.refuse(path, column, found.isna(), WITHOUT_DAY if are_clocks else WRITE)
    return Read(found.dt.tz_localize(None), notes)


def are_such(column: pd.Series) -> bool:
    """Return whether a column holds times that are no mere numbers."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return True
    if pd.api.types.is_numeric_dtype(column):
        return False
    known = column.dropna().head(cells.LOOKED_AT)
    if not len(known) or numbered.are_such(known):
        return False
    try:
        read(Path(), known)
    except NotClear:
        return True
    except BadValue:
        return False
    return True


def _in_utc(column: pd.Series) -> pd.Series:
    if column.dt.tz is not None and _are_days(column.dt.tz_localize(None)):
        column = column.dt.tz_localize(None)
    return pd.to_datetime(column, utc=True)


def _are_days(times: pd.Series) -> bool:
    return bool((times == times.dt.normalize()).all())


def _of_texts(path: Path, column: pd.Series, order: str | None) -> pd.Series:
    texts = column.astype("str").str.strip().str.lstrip("'")
    if not texts.str.contains(r"[A-Za-z:]", regex=True).any():
        found = _iso(texts)
        if found.notna().all():
            return found
    texts = texts.str.replace(WEEKDAY, "", regex=True, flags=re.IGNORECASE)
    parts = texts.str.extract(PARTS)
    written = Written(path, column, parts["day"], order)
    local = _best(written) + _clock(parts)
    zones = parts["zone"].dropna()
    if not len(zones) or (len(zones) == len(texts) and _are_days(local)):
        return local
    return local - _offset(parts["zone"])


def _best(written: Written) -> pd.Series:
    """Return the days of the reader that can read most of them."""
    best = pd.Series(pd.NaT, index=written.days.index, dtype="datetime64[us, UTC]")
    for reader in READERS:
        found = reader(written)
        if found.notna().sum() > best.notna().sum():
            best = found
        if best.notna().all():
            break
    return best


def _iso(texts: pd.Series) -> pd.Series:
    return pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")


def _formatted(texts: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(texts, format=form, utc=True, errors="coerce")


def _named(written: Written) -> pd.Series:
    """Read names of months, in the one form that most of the days have."""
    plain = written.days.str.replace(ORDINAL, "", regex=True, flags=re.IGNORECASE)
    plain = plain.str.replace(r"[-/.,\s]+", " ", regex=True).str.strip()
    plain = plain.str.replace(r"(?i)\bsept\b", "Sep", regex=True)
    each = [_formatted(plain, form) for form in NAMED]
    return max(each, key=lambda found: int(found.notna().sum()))


def _months(written: Written) -> pd.Series:
    parts = written.days.str.extract(MONTH_AND_YEAR)
    return _formatted(parts[1] + "-" + parts[0].str.zfill(2), "%Y-%m")


def _quarters(written: Written) -> pd.Series:
    parts = written.days.str.extract(QUARTER)
    quarter = pd.to_numeric(parts[1].fillna(parts[2]))
    month = (quarter * 3 - 2).astype("Int64").astype("str").str.zfill(2)
    return _formatted(parts[0].fillna(parts[3]) + "-" + month, "%Y-%m")


def _weeks(written: Written) -> pd.Series:
    """Read weeks of ISO 8601; each stands for its Monday."""
    parts = written.days.str.extract(WEEK)
    texts = parts[0] + "-" + parts[1] + "-" + parts[2].fillna("1")
    return _formatted(texts, "%G-%V-%u")


def _three_numbers(written: Written) -> pd.Series:
    """Read days as 31.12.2026 or 12/31/26, in the one order that all of them allow."""
    if written.order:
        return _in_order(written.days, written.order)
    is_dotted = written.days.str.fullmatch(r"\d+\.\d+\.\d+").all()
    orders = ORDERS[:1] if is_dotted else ORDERS
    each = [_in_order(written.days, order) for order in orders]
    fits = [found for found in each if found.notna().all()]
    if any((found != fits[0]).any() for found in fits):
        raise NotClear(
            f"{written.path.name}, column {written.column.name}: is the day, the month"
            f" or the year first in {written.column.iloc[0]!r}? Say it with"
            " --date-order dmy, mdy or ymd, or write it as 2026-03-05."
        )
    return max(each, key=lambda found: int(found.notna().sum()))


def _in_order(days: pd.Series, order: str) -> pd.Series:
    parts = days.str.extract(THREE)
    by_letter = dict(zip(order, (parts[0], parts[2], parts[3]), strict=True))
    year = by_letter["y"]
    year = year.where(year.str.len() == FULL_YEAR, "20" + year.str.zfill(2))
    texts = year + "-" + by_letter["m"].str.zfill(2) + "-" + by_letter["d"].str.zfill(2)
    return _formatted(texts, "%Y-%m-%d")


def _clock(parts: pd.DataFrame) -> pd.Series:
    """Return how long each day had been."""
    clock = parts["clock"].fillna("0").str.replace(",", ".")
    colons = clock.str.count(":")
    clock = clock + colons.map({0: ":00:00", 1: ":00", 2: ""})
    since = pd.to_timedelta(clock)
    half = parts["half"].str[0].str.lower()
    hours = pd.to_numeric(clock.str.split(":").str[0])
    is_wrong = half.notna() & ((hours > NOON) | (hours == 0))
    since = since.mask(is_wrong)
    since = since + pd.to_timedelta(
        np.where((half == "p") & (hours < NOON), 12, 0), "h"
    )
    return since - pd.to_timedelta(
        np.where((half == "a") & (hours == NOON), 12, 0), "h"
    )


def _offset(zones: pd.Series) -> pd.Series:
    """Return how far each zone is ahead of UTC; where none is named, not at all."""
    digits = zones.str.replace(":", "").str.extract(r"^([+-])(\d{2})(\d{2})?$")
    hours, minutes = (pd.to_numeric(digits[at]).fillna(0) for at in (1, 2))
    sign = np.where(digits[0] == "-", -1, 1)
    ahead = pd.Series(sign * (hours * 60 + minutes), index=zones.index)
    return pd.to_timedelta(ahead, unit="min")


def _iso_days(written: Written) -> pd.Series:
    return _iso(written.days)


READERS: tuple[Callable[[Written], pd.Series], ...] = (
    *(_iso_days, _named, _three_numbers, _weeks, _months, _quarters),
)
