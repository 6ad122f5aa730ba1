"""``costwarden score``: the detectors on any table of dated values."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from flows.answers import Answer, Table, answering_anywhere

HEADS = ("from", "to", "value", "expected", "off", "one in", "what")
NUMBERS = ("value", "expected", "off", "one in")


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
@click.option("--wide", is_flag=True, help="Each column of numbers is a series.")
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

    Of each event it is told where and when it was, the value that lies furthest out
    and what was expected there, how rare the rarest is (one normal point in so many),
    and what it looks like. --json tells the same and more. Exit status: 0 done,
    whatever was found; 1 a cell or file cannot be read; 2 wrong usage.
    """
    from tasks.edge.detection import points, told

    done = points.score(file, out, **given)
    return Answer(done, tuple(_said(done, told)))


def _said(done: Any, told: Any) -> Iterator[str | Table]:
    """Say what was found, most important last, for that is where people look."""
    yield from done.notes
    if done.told:
        names = tuple(done.told[0].series)
        rows = [
            (
                *(one.series[name] for name in names),
                one.begins,
                one.ends if one.points > 1 else None,
                told.number(one.actual),
                None if one.expected is None else told.number(one.expected),
                told.change(one),
                told.rarity(one),
                one.kind.replace("_", " "),
            )
            for one in done.told
        ]
        yield Table((*names, *HEADS), rows, right=NUMBERS)
    if done.events > len(done.told):
        yield f"These are the {len(done.told)} rarest of {done.events:,} events."
    found = (
        f"{_counted(done.events, 'event')}, {_counted(done.anomalies, 'odd point')}"
        f" of {done.judged:,} that could be judged, in {done.series:,} series."
    )
    yield found[0].upper() + found[1:]
    if done.judged:
        yield (
            f"Events a week of each series: {done.events_per_week:.2g}; false ones that"
            f" were asked for: {done.alerts_per_week:.2g}; --alerts-per-week sets it."
        )
    yield f"All {_counted(done.points, 'point')}, with what was expected: {done.out}"


def _counted(many: int, what: str) -> str:
    return f"{many:,} {what}{'' if many == 1 else 's'}" if many else f"no {what}s"


ALL = (score,)
