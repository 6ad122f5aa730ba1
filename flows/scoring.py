"""``costwarden score``: the detectors on any table of dated values."""

from pathlib import Path
from typing import Any

import click

from flows.answers import Answer, Table, answering_anywhere

HEADS = ("expected", "low", "high", "score", "p_value")


@click.command()
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE"
)
@click.option("--time", metavar="COLUMN", help="Column of the times.")
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="COLUMN",
    help="Column of the values; may be repeated: each is a series.",
)
@click.option(
    "--by",
    multiple=True,
    metavar="COLUMN",
    help="Column that tells series apart; may be repeated.",
)
@click.option(
    "--season",
    "seasons",
    multiple=True,
    type=click.IntRange(2),
    metavar="POINTS",
    help="Length of a season, where it is known; may be repeated.",
)
@click.option(
    "--holidays",
    multiple=True,
    metavar="CALENDAR",
    help="Public holidays, as US or DE-BY, or a day, as 12-24; may be repeated.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Share of normal points that may be called odd.  [default: 0.01 if daily,"
    " less of many series]",
)
@click.option(
    "--alerts-per-week",
    type=click.FloatRange(0, min_open=True),
    help="The same as false alerts a week of each series.  [default: 0.2 if finer]",
)
@click.option(
    "--date-order",
    type=click.Choice(("dmy", "mdy", "ymd")),
    help="Order of day, month and year, where 3/5/2026 might be either.",
)
@click.option(
    "--unfinished",
    "unfinished_points",
    type=click.IntRange(0),
    metavar="POINTS",
    help="Points at the end of the table that may be incomplete: falls that begin on"
    " them are not told.  [default: 2 days, else 1 point]",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV or Parquet to write.  [default: FILE's name and .scored]",
)
@answering_anywhere
def score(_settings: Any, *, file: Path, out: Path | None, **given: Any) -> Answer:
    """Judge any table of dated values: CSV, JSON or Parquet, of any step.

    Each point is judged by earlier ones alone. One row for each is written, with
    expected, low, high, score, p_value, is_anomaly and event_begins: odd rows of one
    series with the same event_begins are one event.
    """
    from tasks.edge.detection import points

    done = points.score(file, out, **given)
    said: list[str | Table] = [*done.notes]
    if done.first:
        names = tuple(done.first[0])
        rows = [[_short(row[name]) for name in names] for row in done.first]
        said.append(Table(names, rows, right=HEADS))
    said.append(
        f"{done.anomalies:,} of {done.judged:,} judged points are odd,"
        f" in {done.events:,} events;"
        f" {done.points:,} points in {done.series:,} series: {done.out}"
    )
    said.append(
        f"Events a week of each series: {done.events_per_week:.2g};"
        f" false ones that were asked for: {done.alerts_per_week:.2g}."
    )
    return Answer(done, tuple(said))


def _short(cell: object) -> object:
    return f"{cell:.4g}" if isinstance(cell, float) else cell


ALL = (score,)
