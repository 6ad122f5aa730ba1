"""``costwarden backtest``: how good detection is on one's own history."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from flows.answers import Answer, Table, Verbatim, answering
from tasks.core.reporting import wording

# Lines of progress, however many looks there are.
LINES = 10


@click.command()
@click.option(
    "--from", "from_month", metavar="YYYY-MM", help="First month.  [default: all]"
)
@click.option("--to", "to_month", metavar="YYYY-MM", help="Last month.  [default: all]")
@click.option(
    "--anomalies",
    type=click.IntRange(1, 1_000),
    default=24,
    show_default=True,
    help="How many to hide in each trial.",
)
@click.option(
    "--trials",
    type=click.IntRange(2, 100),
    default=10,
    show_default=True,
    help="How often; every second one chooses settings, the others state their worth.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Draws them."
)
@click.option(
    "--alerts-per-week",
    type=click.FloatRange(0, min_open=True),
    help="Alerts that people will read.  [default: as the settings say]",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Page to write.  [default: backtest.html beside the report]",
)
@answering
def backtest(settings: Any, **asked: Any) -> Answer:
    """Hide anomalies in your history, and count what detection finds of them.

    Each kind is hidden in several sizes at places and days that the seed draws, never
    near a real finding. Simple methods look for the same, and settings are proposed
    that would find more, or say less. The warehouse stays as it is.
    """
    from tasks.edge.detection import backtest as edge

    done = edge.run(settings, edge.Asked(**asked), _progress())
    return Answer(done, tuple(_said(done)))


def _progress() -> Callable[[int, int], None]:
    from flows.alone import say

    told = set()

    def tell(done: int, of: int) -> None:
        part = LINES * done // max(of, 1)
        if part not in told:
            told.add(part)
            say(f"  {done} of {of} looks at the history")

    return tell


def _said(done: Any) -> Iterator[str | Table]:
    found = done.found
    own = found.methods[0]
    yield (
        f"{own.hidden} anomalies hidden in {found.series} daily series,"
        f" {found.first_date} to {found.last_date}, {found.trials} trials."
    )
    yield _cells(found.cells)
    yield _methods(found.methods)
    yield (
        f"On the plain history there are {own.alerts_per_week:.2f} alerts a week. They"
        " may be true; “at least” counts them as false. Simple methods raise no more."
    )
    yield from _proposal(found)
    yield f"The page: {done.path}"


def _cells(cells: Any) -> Table:
    heads = ("kind", "size", "adds", "a day", "hidden", "found", "recall", "delay")
    rows = [
        (
            *(cell.kind, cell.size, f"{cell.percent:+.4g}% of the {cell.of}"),
            wording.money(cell.daily_cost, cell.currency, signed=True),
            *(cell.hidden, cell.caught, f"{cell.recall:.2f}", _days(cell.delay_days)),
        )
        for cell in cells
    ]
    return Table(heads, rows, right=heads[2:])


def _methods(methods: Any) -> Table:
    heads = (
        *("method", "alerts/week", "recall", "precision", "at least", "F1"),
        *("F1 at least", "delay", "caught", "lost"),
    )
    rows = [
        (
            *(one.method, f"{one.alerts_per_week:.2f}", f"{one.recall:.2f}"),
            *(f"{one.precision:.2f}", f"{one.precision_least:.2f}"),
            *(f"{one.f1:.2f}", f"{one.f1_least:.2f}", _days(one.delay_days)),
            "; ".join(wording.money(sum_.caught, sum_.currency) for sum_ in one.money),
            "; ".join(wording.money(sum_.lost, sum_.currency) for sum_ in one.money),
        )
        for one in methods
    ]
    return Table(heads, rows, right=heads[1:])


def _proposal(found: Any) -> Iterator[str]:
    made = found.proposal
    budget = f"at no more than {found.budget:g} alerts a week"
    if not made.is_better:
        best = ", ".join(f"{key} {value:g}" for key, value in made.best.items())
        yield (
            f"Of {len(made.tried)} settings tried on one half of the anomalies, none is"
            f" better than yours on the other half, too, {budget}. The best: {best}."
        )
        return
    yield (
        f"Of {len(made.tried)} settings tried on one half of the anomalies, these are"
        f" the best {budget}:"
    )
    yield from (Verbatim(line) for line in made.toml)
    old, new = made.present, made.proposed
    yield (
        "On the other half they would change: alerts a week"
        f" {old.alerts_per_week:.2f} to {new.alerts_per_week:.2f}, found {old.caught}"
        f" to {new.caught} of {old.hidden}, F1 {old.f1:.2f} to {new.f1:.2f}, at least"
        f" {old.f1_least:.2f} to {new.f1_least:.2f}."
    )


def _days(delay: float | None) -> str:
    return "" if delay is None else f"{delay:.1f} d"


ALL = (backtest,)
