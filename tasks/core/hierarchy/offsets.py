"""Costs that moved: a rise in one place and a fall in another are one cause.

A workload that moves to another region, account or service shows twice. Whoever reads
of both has to find out that they belong together, so they are told once: what rose,
where it came from, and what the two come to.

Two of what is told already are a pair when they lie in one billing account, provider,
currency and kind of charge, differ in a single column of the scope, begin within
``NEAR`` days of each other, and lie off by comparable amounts on the first day on which
both are there. Later days are asked only whether one of them went back to normal while
the other goes on: then they are two after all. Pairs that moved
between the same two places at the same time are one move.

Known weakness: what is moved by steps of which each is small, or runs in both places
for longer than ``NEAR`` days, is told twice; a rise and a fall of two causes that look
alike are told once. Moves between billing accounts or providers are not looked for, and
one within a series, such as to other machines, is a driver of its own (``mix``).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from tasks.core.detection.alerts import Alerts
from tasks.core.detection.allowances import Part
from tasks.core.detection.declaration import Detection
from tasks.core.findings import incidents
from tasks.core.findings.anomalies import Anomaly, Scope
from tasks.core.findings.kinds import SHIFT_DAYS
from tasks.core.findings.runs import Book, Run
from tasks.core.hierarchy import groups
from tasks.core.hierarchy.below import above

# Columns of the scope between whose members costs may move.
PLACES = ("region_id", "sub_account_id", "service_name")

# Days by which a rise and a fall may begin apart.
NEAR = 2

# Share of the larger side that the smaller one must come to: what moves may become
# cheaper or dearer by it.
ALIKE = 0.4


# Days on which one side is back to normal, and the other is not, from which they are
# two things; and what share of its deviation is none.
PARTED_DAYS = 4
BACK = 0.25


@dataclass(frozen=True, slots=True)
class Move:
    """Costs that moved.

    Attributes:
        over: Column of the scope in which the two sides differ.
        column: First day on which both sides are there.
        rises: Where they went.
        falls: Where they came from.
    """

    over: str
    column: int
    rises: tuple[Run, ...]
    falls: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paired:
    """What is told alone, and what moved."""

    alone: list[Run]
    moves: list[Move]


def pair(book: Book, alerts: Alerts, runs: Sequence[Run]) -> Paired:
    """Return what is told of single scopes, and of pairs of them.

    Args:
        book: The series.
        alerts: What is said of each of them.
        runs: What is told, of single series or of several that moved together.
    """
    used: set[int] = set()
    moves = []
    for move in sorted(_options(book, alerts, runs), key=lambda one: _order(*one)):
        sides = {id(run) for run in (*move[0].rises, *move[0].falls)}
        if not sides & used:
            used |= sides
            moves.append(move[0])
    alone = [run for run in runs if id(run) not in used]
    return Paired(alone, _together(book, moves))


def _order(move: Move, ratio: float) -> tuple[object, ...]:
    """Sort by the day on which a pair is known, then by how alike its sides are."""
    [rise], [fall] = move.rises, move.falls
    return move.column, -ratio, rise.rows, fall.rows


def _options(
    book: Book, alerts: Alerts, runs: Sequence[Run]
) -> Iterator[tuple[Move, float]]:
    """Yield every pair that may be a move, and the ratio of its sides."""
    for over in PLACES:
        near: dict[object, tuple[list[Run], list[Run]]] = defaultdict(lambda: ([], []))
        for run in runs:
            if over not in run.rolled_up:
                place = above(_scope(book, run), (over,))
                near[place, run.rolled_up][run.sign < 0].append(run)
        for rises, falls in near.values():
            for rise in rises:
                for fall in falls:
                    if abs(rise.columns[0] - fall.columns[0]) > NEAR:
                        continue
                    if _parted(book, alerts, rise, fall):
                        continue
                    column = max(rise.columns[0], fall.columns[0])
                    ratio = _ratio(book, alerts, rise, fall, column)
                    if ratio >= ALIKE:
                        yield Move(over, column, (rise,), (fall,)), ratio


def _ratio(book: Book, alerts: Alerts, rise: Run, fall: Run, column: int) -> float:
    """Return the smaller side's share of the larger one; 0 where one did not move."""
    more, less = (
        run.sign * _off(book, alerts, np.array(run.rows), column)
        for run in (rise, fall)
    )
    return min(more, less) / max(more, less) if min(more, less) > 0 else 0.0


def _parted(book: Book, alerts: Alerts, rise: Run, fall: Run) -> bool:
    """Return whether one side soon went back to normal while the other went on.

    What lasts for longer becomes what is expected, on one side earlier than on the
    other, and tells nothing of this.
    """
    over, other = sorted((rise, fall), key=lambda run: run.columns[-1])
    after = range(over.columns[-1] + 1, other.columns[-1] + 1)[:PARTED_DAYS]
    if len(after) < PARTED_DAYS or len(over.columns) >= SHIFT_DAYS:
        return False
    rows = np.array(over.rows)
    was, now = (
        np.median([over.sign * _off(book, alerts, rows, day) for day in days])
        for days in (over.columns, after)
    )
    return bool(now <= BACK * was)


def _off(book: Book, alerts: Alerts, rows: groups.Rows, column: int) -> float:
    off = book.panel.costs[rows, column] - alerts.expected[rows, column]
    return float(np.nan_to_num(off).sum())


def _scope(book: Book, run: Run) -> Scope:
    return above(book.scopes[run.rows[0]], run.rolled_up)


def _together(book: Book, moves: Sequence[Move]) -> list[Move]:
    """Join the moves between the same two places at the same time."""
    joined: list[Move] = []
    for move in moves:
        ends = _ends(book, move)
        for place, other in enumerate(joined):
            if _ends(book, other) == ends and move.column - other.column <= NEAR:
                joined[place] = replace(
                    other,
                    rises=(*other.rises, *move.rises),
                    falls=(*other.falls, *move.falls),
                )
                break
        else:
            joined.append(move)
    return joined


def _ends(book: Book, move: Move) -> tuple[object, ...]:
    """Return what two moves have in common that are one."""
    kept = {"region_id": "sub_account_id"}.get(move.over, "region_id")
    over = tuple(name for name in PLACES if name not in (move.over, kept))
    sides = (_scope(book, run) for run in (move.rises[0], move.falls[0]))
    return move.over, *(above(side, over) for side in sides)


def anomaly(
    book: Book,
    alerts: Alerts,
    move: Move,
    params: Detection,
    foreseen: Sequence[Part] = (),
) -> Anomaly:
    """Return what a move tells, with exact amounts.

    It has the scope, kind and p-value of what rose. Its amounts are those of both
    sides on all days of either.
    """
    rises, falls = _joined(move.rises), _joined(move.falls)
    columns = sorted({*rises.columns, *falls.columns})
    over = _varying(book, move, rises.rows)
    told, other = (
        incidents.anomaly(book, alerts, replace(side, rolled_up=over), params)
        for side in (rises, falls)
    )
    rows = np.array([*rises.rows, *falls.rows])
    days = tuple(incidents.day(book, alerts, rows, column) for column in columns)
    gone = [
        incidents.day(book, alerts, np.array(falls.rows), column) for column in columns
    ]
    lasting = [one.lasting_cost for one in (told, other) if one.lasting_cost]
    status = incidents.status(book, rows, columns, params)
    return replace(
        told,
        status=status,
        days=days,
        detector=", ".join(sorted({*_names(told), *_names(other)})),
        notes=incidents.notes(foreseen, rows, np.array(columns)),
        lasting_cost=sum(lasting, Decimal(0))
        if lasting and status == "resolved"
        else None,
        moved_from=other.scope,
        moved_cost=sum(
            (day.expected_cost - day.actual_cost for day in gone), Decimal(0)
        ),
    )


def _joined(runs: Sequence[Run]) -> Run:
    """Return one run of all series and days of some that move the same way."""
    rows = tuple(row for run in runs for row in run.rows)
    columns = sorted({day for run in runs for day in run.columns})
    return Run(rows, runs[0].sign, columns)


def _varying(book: Book, move: Move, rows: Sequence[int]) -> tuple[str, ...]:
    """Return the columns over which a move is told."""
    merged = {name for run in move.rises for name in run.rolled_up}
    merged |= set(groups.differing(book.scopes, np.array(rows)))
    return tuple(name for name in groups.NAMES if name in merged)


def _names(one: Anomaly) -> list[str]:
    return one.detector.split(", ")
