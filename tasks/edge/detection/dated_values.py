"""Tables of dated values, as people have them, laid out as series at equal steps."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from tasks.core.detectors import Floats
from tasks.core.errors import BadValue
from tasks.edge.detection import tables

# Number of a row's series, while the table is laid out; no file names a column so.
SERIES = "\0series"

# Share of rows that may come twice by mistake; where more do, they are parts of a sum.
BY_MISTAKE = 0.01

# Points, known or not, beyond which a table is refused.
MOST_POINTS = 100_000_000

# Months, quarters and years are equal steps: the shortest and the longest of each, in
# seconds, and how many months it has.
CALENDAR = (
    (2_419_200.0, 2_678_400.0, 1),
    (7_776_000.0, 7_948_800.0, 3),
    (31_536_000.0, 31_622_400.0, 12),
)


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


def laid_out(
    path: Path, table: pd.DataFrame, time: str, value: str, by: list[str]
) -> tuple[Grid, tuple[str, ...]]:
    """Lay the values out at equal steps.

    Args:
        path: Named in errors.
        table: Times and values are read.
        time: Column of the times.
        value: Column of the values.
        by: Columns that tell series apart.

    Returns:
        The grid, and what people should know of how the table was read.

    Raises:
        BadValue: There is no past, or one time lies far from all others.
    """
    table, notes = _without_copies(table, [*by, time])
    rows = table[[time, *by, value]].copy()
    series = (
        rows.groupby(by, sort=True, dropna=False).ngroup() if by else rows[time].eq(0)
    )
    rows[SERIES] = series.astype("int64")
    rows, more = _once(rows, time, value, tables.apart(table, [time, value, *by]))
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
    grid = Grid(values, rows.drop(columns=[SERIES]), places, step, start)
    return grid, (*notes, *more)


def _without_copies(
    table: pd.DataFrame, keys: list[str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Take rows once that were exported twice: all that share a time are alike."""
    firsts = table.head(1).to_dict("records")[0]
    plain = [name for name in table if pd.api.types.is_hashable(firsts[name])]
    is_copy = table.duplicated(plain)
    many = int(is_copy.sum())
    if not many or many != int(table.duplicated(keys).sum()):
        return table, ()
    told = tables.counted(many, "row is a copy of another", "rows are copies of others")
    return table[~is_copy], (f"{told} in every column: each counts once.",)


def _once(
    rows: pd.DataFrame, time: str, value: str, apart: list[str]
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
    if how == "mean":
        told = tables.counted(repeated, "time came again", "times came again")
        return once, (f"{told}: the mean was taken.",)
    told = tables.counted(repeated, "row shares its time", "rows share their time")
    names = f" --by tells series apart: {tables.listed(apart)}?" if apart else ""
    return once, (f"{told} with another: they were added up.{names}",)


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
    for shortest, longest, count in CALENDAR:
        if shortest <= step <= longest:
            months = times.dt.year * 12 + times.dt.month - 1
            return (months // count).to_numpy(dtype=np.int64), step
    seconds = (times - times.min()).dt.total_seconds()
    return np.rint(seconds / step).to_numpy().astype(np.int64), step
