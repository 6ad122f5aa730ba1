"""Tables of dated values, as people have them, laid out as series at equal steps."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import fsspec
import numpy as np
import pandas as pd
import pyarrow as pa

from tasks.core.detectors import Floats
from tasks.core.errors import BadValue, MissingColumn, NothingThere, UnreadableFile

# Names of columns, tried in this order where nobody says which to take.
TIMES = ("time", "timestamp", "date", "datetime", "day", "ds", "charge_date")
VALUES = ("value", "cost", "amount", "y", "effective_cost", "billed_cost")

DELIMITERS = (",", ";", "\t")

# Number of a row's series, while the table is laid out; no file names a column so.
SERIES = "\0series"

# Whole numbers below are seconds since 1970, above milliseconds.
MILLISECONDS = 100_000_000_000

# Share of rows that may come twice by mistake; where more do, they are parts of a sum.
BY_MISTAKE = 0.01

# Points, known or not, beyond which a table is refused.
MOST_POINTS = 100_000_000

MONTH_SECONDS = (2_419_200.0, 2_678_400.0)

NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Grid:
    """Series side by side, at equal steps.

    Attributes:
        values: ``(n_series, n_points)``, NaN where the table has none.
        rows: The table, one row for each value: time, the columns of the series, value.
        places: ``(n_rows, 2)`` row and column in ``values``.
        step: Seconds from one point to the next.
        start: Day of the first point.
    """

    values: Floats
    rows: pd.DataFrame
    places: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    step: float
    start: date


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
    try:
        table = pd.read_parquet(path) if is_parquet(path) else _csv(path)
    except (pa.ArrowInvalid, ValueError, OSError, EOFError) as error:
        # pandas' own errors of parsing are ValueErrors, and so are those of decoding.
        raise UnreadableFile(f"{path.name} cannot be read: {error}") from error
    if not len(table):
        raise NothingThere(f"{path.name} has no rows.")
    return table


def _csv(path: Path) -> pd.DataFrame:
    with fsspec.open(
        str(path), "rt", compression="infer", encoding="utf-8-sig"
    ) as lines:
        delimiter = max(DELIMITERS, key=lines.readline().count)
    return pd.read_csv(path, sep=delimiter, dtype="str", encoding="utf-8-sig")


def guessed(
    path: Path,
    table: pd.DataFrame,
    names: Sequence[str],
    option: str,
    taken: Sequence[str],
) -> str:
    """Return the column that is meant where nobody said so.

    Raises:
        MissingColumn: Several might be.
    """
    free = [str(name) for name in table if name not in taken]
    by_name = {name.lower(): name for name in reversed(free)}
    found = next((by_name[name] for name in names if name in by_name), None)
    if found is None and option == "--value" and len(free) == 1:
        found = free[0]
    if found is None:
        raise MissingColumn(
            f"Which column of {path.name} is meant? Name it with {option}: one of"
            f" {', '.join(free)}."
        )
    return found


def laid_out(
    path: Path, table: pd.DataFrame, time: str, value: str, by: list[str]
) -> tuple[Grid, tuple[str, ...]]:
    """Lay the values out at equal steps.

    Args:
        path: Named in errors.
        table: As read.
        time: Column of the times.
        value: Column of the values.
        by: Columns that tell series apart.

    Returns:
        The grid, and what people should know of how the table was read.

    Raises:
        BadValue: A time or a value cannot be read; names the row.
    """
    rows = table[by].copy()
    rows.insert(0, time, _times(path, table[time]))
    rows[value] = _numbers(path, table[value])
    series = (
        rows.groupby(by, sort=True, dropna=False).ngroup() if by else rows[time].eq(0)
    )
    rows[SERIES] = series.astype("int64")
    rows, notes = _once(rows, time, value, by)
    number, step = _numbered(path, rows, time)
    columns = number - number.min()
    shape = (int(rows[SERIES].max()) + 1, int(columns.max()) + 1)
    if shape[0] * shape[1] > MOST_POINTS:
        raise BadValue(
            f"{path.name} would have {shape[1]:,} points in each of {shape[0]:,}"
            f" series, one for each {step:,.0f} seconds between {rows[time].min()}"
            f" and {rows[time].max()}: is one of these times wrong?"
        )
    places = np.column_stack([rows[SERIES].to_numpy(), columns])
    values = np.full(shape, np.nan)
    values[places[:, 0], places[:, 1]] = rows[value].to_numpy(dtype=np.float64)
    start = rows[time].min().date()
    return Grid(values, rows.drop(columns=[SERIES]), places, step, start), notes


def _times(path: Path, column: pd.Series) -> pd.Series:
    """Read times: ISO 8601, days, or numbers since 1970; in UTC, without a zone."""
    if pd.api.types.is_datetime64_any_dtype(column):
        times = pd.to_datetime(column, utc=True)
    elif _are_numbers(column):
        numbers = pd.to_numeric(column)
        is_fine = numbers.abs().max() >= MILLISECONDS
        unit: Literal["ms", "s"] = "ms" if is_fine else "s"
        times = pd.Series(pd.to_datetime(numbers, unit=unit, utc=True))
    else:
        times = pd.to_datetime(
            column.astype("str"), format="ISO8601", utc=True, errors="coerce"
        )
    _refuse(path, column, times.isna(), "a time; write it as 2026-03-05T12:00")
    return times.dt.tz_localize(None)


def _are_numbers(column: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(column):
        return True
    texts = column.dropna().astype("str")
    return bool(len(texts)) and all(map(NUMBER.fullmatch, texts))


def _numbers(path: Path, column: pd.Series) -> pd.Series:
    """Read values; what is empty is unknown."""
    numbers = pd.to_numeric(column, errors="coerce").astype("float64")
    is_bad = column.notna() & ~np.isfinite(numbers)
    _refuse(path, column, is_bad, "a number; write it as 1234.56")
    return numbers


def _refuse(path: Path, column: pd.Series, is_bad: pd.Series, meant: str) -> None:
    if is_bad.any():
        row = int(np.flatnonzero(is_bad)[0])
        raise BadValue(
            f"{path.name}, row {row + 1} below the head, column {column.name}:"
            f" {column.iloc[row]!r} is not {meant}."
            f" {int(is_bad.sum()):,} rows are like it."
        )


def _once(
    rows: pd.DataFrame, time: str, value: str, by: list[str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Give each time of a series one value."""
    keys = [SERIES, time]
    repeated = int(rows.duplicated(keys).sum())
    how = "mean" if repeated <= BY_MISTAKE * len(rows) else "sum"
    firsts = rows.drop_duplicates(keys).drop(columns=value)
    values = rows.groupby(keys, as_index=False)[value].agg(
        "mean" if how == "mean" else _sum
    )
    once = firsts.merge(values, on=keys).sort_values(keys, ignore_index=True)
    if not repeated:
        return once, ()
    told = (
        f"{repeated:,} times came again: their mean was taken."
        if how == "mean"
        else f"{repeated:,} rows share their time with another: they were added up."
        f" --by tells series apart{', and more columns may be named' if by else ''}."
    )
    return once, (told,)


def _sum(values: pd.Series) -> float:
    """Add up what is known; nothing known is no zero."""
    return float(values.sum(min_count=1))


def _numbered(
    path: Path, rows: pd.DataFrame, time: str
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], float]:
    """Return the number of each point, and the seconds between two."""
    times = rows[time]
    gaps = times.groupby(rows[SERIES]).diff().dt.total_seconds().dropna()
    if gaps.empty:
        raise BadValue(f"{path.name} has one time in each series: there is no past.")
    step = float(gaps.median())
    if MONTH_SECONDS[0] <= step <= MONTH_SECONDS[1]:
        months = times.dt.year * 12 + times.dt.month
        return months.to_numpy(dtype=np.int64), step
    seconds = (times - times.min()).dt.total_seconds()
    return np.rint(seconds / step).to_numpy().astype(np.int64), step
