"""Tables of dated values: judged, and written with what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tasks.core.errors import WrongArgument
from tasks.core.scoring import points, unfinished
from tasks.edge import public_holidays
from tasks.edge.detection import files, readings, tables, told
from tasks.edge.detection.dated_values import Grid
from tasks.edge.detection.told import Told

# Runs of odd points that are shown.
SHOWN = 10

WEEK_SECONDS = 604_800.0


@dataclass(frozen=True, slots=True)
class Scored:
    """What was made of a table.

    Attributes:
        out: File that was written.
        series: Number of series.
        points: Number of points that have a value.
        judged: Number of those that could be judged.
        anomalies: Number of those that are odd.
        events: Number of events that these belong to: what people would be told.
        alerts_per_week: False alerts a week of each series that were asked for.
        events_per_week: Events a week of each series that there were, true ones too.
        step_seconds: Seconds from one point to the next.
        first: The rarest point of each event, the rarest first, at most ten;
            as they stand in ``out``; None where a cell is empty.
        told: The rarest events, at most ten, as people would be told them.
        notes: What people should know of how the table was read.
    """

    out: str
    series: int
    points: int
    judged: int
    anomalies: int
    events: int
    alerts_per_week: float
    events_per_week: float
    step_seconds: float
    first: list[dict[str, Any]]
    told: list[Told]
    notes: tuple[str, ...]


def score(
    path: Path,
    out: Path | None = None,
    *,
    time: str | None = None,
    values: Sequence[str] = (),
    by: Sequence[str] = (),
    seasons: Sequence[int] = (),
    holidays: Sequence[str] = (),
    rate: float | None = None,
    alerts_per_week: float | None = None,
    wide: bool = False,
    date_order: str | None = None,
    unfinished_points: int | None = None,
) -> Scored:
    """Judge every point of a table and write it with what was found.

    Args:
        path: CSV or JSON, also compressed, or Parquet.
        out: Where to write, CSV or Parquet by its ending; by default in the working
            directory, under the name of the table and ``.scored``.
        time: Column of the times.
        values: Columns of values; each of several is a series.
        by: Columns that tell series apart.
        seasons: Lengths of season in points, where they are known.
        holidays: Calendars of public holidays, as in the settings; for daily values.
        rate: Share of normal points that may be called odd.
        alerts_per_week: The same as false alerts a week of each series.
        wide: Whether each column of numbers is a series.
        date_order: Of day, month and year, one of ``times.ORDERS``, where all three
            are numbers and it is not clear.
        unfinished_points: How many at the end may be incomplete, so that falls that
            begin on them are not told; None: two days, or one of other points.

    Raises:
        BadValue: A time or a value cannot be read; names the row.
        WrongArgument: A column is not there, or which one to take is not clear; or both
            ``rate`` and ``alerts_per_week`` are given; or there is no such calendar.
        NothingThere: There is no such file, or nothing in it.
        UnreadableFile: It is neither CSV, JSON nor Parquet.
    """
    if rate is not None and alerts_per_week is not None:
        raise WrongArgument("Give --rate or --alerts-per-week: they say the same.")
    out = _target(path, out)
    time, grid, notes = readings.read(
        path, readings.Columns(time, tuple(values), tuple(by), date_order, wide)
    )
    if rate is None:
        rate = points.rate_of(alerts_per_week, grid.step, len(grid.values))
    found, more = _judged(
        grid,
        tuple(seasons),
        rate,
        _holidays(holidays, grid.rows[time]),
        unfinished_points,
    )
    scored = _with_scores(grid, found, time)
    _write(scored, out)
    value = [*map(str, grid.rows)][-1]
    events = told.events(scored, grid.places[:, 0], (time, value), rate)
    return _summary(out, grid, scored, events, rate=rate, notes=(*notes, *more))


def _judged(
    grid: Grid,
    seasons: tuple[int, ...],
    rate: float,
    holidays: Mapping[date, str],
    unfinished_points: int | None,
) -> tuple[points.Points, list[str]]:
    """Judge every point; return also what people should know of what is not told."""
    found = points.judge(
        grid.values,
        grid.step,
        grid.start,
        seasons=seasons,
        rate=rate,
        holidays=holidays,
    )
    last = (
        unfinished.usual(grid.step) if unfinished_points is None else unfinished_points
    )
    found, held = unfinished.hold_back(grid.values, found, last)
    return found, [*_too_young(found, grid.step), *_held_back(held, last)]


def _summary(
    out: Path,
    grid: Grid,
    scored: pd.DataFrame,
    told: list[Told],
    *,
    rate: float,
    notes: tuple[str, ...],
) -> Scored:
    judged = int(scored["p_value"].notna().sum())
    return Scored(
        out=str(out),
        series=len(grid.values),
        points=int(np.isfinite(grid.values).sum()),
        judged=judged,
        anomalies=int(scored["is_anomaly"].sum()),
        events=len(told),
        alerts_per_week=points.alerts_of(rate, grid.step),
        events_per_week=_a_week(len(told), judged * grid.step),
        step_seconds=grid.step,
        first=_rarest(scored, grid.places),
        told=told[:SHOWN],
        notes=notes,
    )


def _holidays(names: Sequence[str], times: pd.Series) -> dict[date, str]:
    """Return the holidays of a table's years, and of the next for bridging days."""
    try:
        return public_holidays.between(names, times.min().year, times.max().year + 1)
    except ValueError as error:
        raise WrongArgument(f"--holidays: {error}") from error


def _too_young(found: points.Points, step: float) -> list[str]:
    """Say that series were not judged, and what it takes."""
    young = int((~np.isfinite(found.p_value).any(axis=1)).sum())
    if not young:
        return []
    needs = points.needs(step)
    return [f"{young:,} of {len(found.p_value):,} series could not be judged: {needs}."]


def _held_back(held: int, last: int) -> list[str]:
    """Say that falls were not told, and how to hear of them."""
    if not held:
        return []
    falls = tables.counted(held, "fall is", "falls are")
    newest = tables.counted(last, "point", "points")
    why = f"of the newest {newest} of a table not all may have arrived"
    return [f"{falls} not told, for {why}. --unfinished 0 says that all has."]


def _a_week(events: int, seconds: float) -> float:
    return events * WEEK_SECONDS / seconds if seconds else 0.0


def _target(path: Path, out: Path | None) -> Path:
    """Return where to write: beside other files of the working directory if not told.

    Raises:
        WrongArgument: That is the table itself.
    """
    ending = ".parquet" if files.is_parquet(path) else ".csv"
    stem = path.name.split(".")[0] or "table"
    out = out or Path(f"{stem}.scored{ending}")
    if out.exists() and out.samefile(path):
        raise WrongArgument(
            f"{path} would be written over: name another file with --out."
        )
    return out


def _with_scores(grid: Grid, found: points.Points, time: str) -> pd.DataFrame:
    at = tuple(grid.places.T)
    columns = (
        *(found.expected, found.low, found.high),
        *(found.score, found.p_value, found.is_odd),
    )
    names = readings.ADDED[: len(columns)]
    added = {name: column[at] for name, column in zip(names, columns, strict=True)}
    scored = grid.rows.assign(**added)
    # The first row of an event lends its time to all rows of it.
    row, place = at
    keys = pd.MultiIndex.from_arrays([row, place])
    begins = pd.MultiIndex.from_arrays([row, found.event[at]])
    first = pd.Series(scored[time].array, index=keys)
    first = first[~first.index.duplicated()].reindex(begins)
    return scored.assign(event_begins=first.array)


def _rarest(
    scored: pd.DataFrame, places: np.ndarray[tuple[int, int], np.dtype[np.int64]]
) -> list[dict[str, Any]]:
    is_odd = scored["is_anomaly"].to_numpy()
    odd = scored[is_odd]
    run = [places[is_odd, 0], odd["event_begins"].to_numpy()]
    # A series of which nothing was known has days that are as rare as can be.
    rare = odd["p_value"].fillna(0.0)
    rarest = rare.groupby(run).idxmin()
    first = rare.loc[rarest].sort_values(kind="stable").head(SHOWN)
    shown = odd.loc[first.index]
    return [
        {str(name): None if pd.isna(cell) else cell for name, cell in row.items()}
        for row in shown.to_dict("records")
    ]


def _write(scored: pd.DataFrame, out: Path) -> None:
    if files.is_parquet(out):
        scored.to_parquet(out, index=False)
    else:
        scored.to_csv(out, index=False)
