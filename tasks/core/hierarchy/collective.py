"""Anomalies of groups: what is told of many series, and no longer of one of them.

Read from the oldest day to the newest, as ``incidents`` is. Where several groups show
the same on a day, the rarest tells of it; a group tells nothing of series of which
another one tells already. A series that begins to stand out while its group is told is
part of it, unless it lies off by as much as all the others together.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tasks.core.detection.alerts import Alerts
from tasks.core.detection.allowances import Part
from tasks.core.detection.declaration import Detection
from tasks.core.detectors import Flags, Floats, windows
from tasks.core.detectors.seasonal import BAND, MAD_TO_SIGMA
from tasks.core.findings import incidents, kinds
from tasks.core.findings.anomalies import Anomaly, Day
from tasks.core.findings.runs import Book, Run
from tasks.core.hierarchy import falls, groups, sums
from tasks.core.hierarchy.groups import Rows
from tasks.core.hierarchy.sums import Parts, Sums

NAME = "sums"

Rule = Callable[[Parts], Sums]
RULES: tuple[Rule, ...] = (sums.rises, falls.judge)

# Share of its money that lies in series of which another group tells, from which a
# group shows the same.
SAME = 0.5

# Days that know how far a group usually lies off.
BAND_DAYS = 119


@dataclass(slots=True)
class Move:
    """A group that costs more, or less, than usual.

    Attributes:
        judged: What was judged.
        group: Its number.
        run: Its series and days.
        absorbed: What single series show besides.
    """

    judged: Sums
    group: int
    run: Run
    absorbed: list[Run]


@dataclass(frozen=True, slots=True)
class Found:
    """What is told.

    Attributes:
        alone: Series that are told by themselves, or that stand out together.
        moves: Groups, the oldest first.
        off: ``(n_series, n_days)`` money by which a series lies off; 0 where it is
            told by itself.
    """

    alone: list[Run]
    moves: list[Move]
    off: Floats


def find(book: Book, alerts: Alerts, alone: list[Run], params: Detection) -> Found:
    """Return what is told of groups, and of single series besides.

    Args:
        book: The series.
        alerts: What is said of each of them.
        alone: What is told of single series, and of those that stand out together.
        params: As configured.
    """
    members = groups.of(book.panel, book.scopes)
    told = days_of(book, alone)
    found = among(book, alerts, members, told, params, rules=RULES)
    for run in alone:
        if not _absorb(book, alerts, run, found, params.gap_days):
            found.alone.append(run)
    return found


def days_of(book: Book, runs: Iterable[Run]) -> Flags:
    """Return the days of which runs tell, ``(n_series, n_days)``."""
    told = np.zeros(book.panel.costs.shape, dtype=np.bool_)
    for run in runs:
        told[np.ix_(run.rows, run.columns)] = True
    return told


def among(
    book: Book,
    alerts: Alerts,
    members: Sequence[Rows],
    told: Flags,
    params: Detection,
    *,
    rules: Sequence[Rule],
) -> Found:
    """Return what is told of some groups.

    Args:
        book: The series.
        alerts: What is said of each of them.
        members: Rows of each group.
        told: ``(n_series, n_days)`` days of which something else tells.
        params: As configured.
        rules: What makes a group lie off.
    """
    counts = np.isfinite(alerts.score) & np.isfinite(book.panel.costs) & ~told
    off = np.where(counts, book.panel.costs - alerts.expected, 0.0)
    parts = sums.parts(book, alerts, members, counts, params)
    moves = [move for rule in rules for move in _moves(book, rule(parts), off, params)]
    return Found([], moves, off)


def _moves(book: Book, judged: Sums, off: Floats, params: Detection) -> list[Move]:
    """Return the groups that lie off, the oldest first."""
    gap_days = params.gap_days
    moves: list[Move] = []
    for column in map(int, np.flatnonzero(judged.goes_on.any(axis=0))):
        lasting = [
            move for move in moves if column - move.run.columns[-1] - 1 <= gap_days
        ]
        for move in lasting:
            if judged.goes_on[move.group, column]:
                move.run.columns.append(column)
        today = np.flatnonzero(judged.opens[:, column])
        for group in today[np.argsort(judged.p_value[today, column], kind="stable")]:
            rows = judged.members[group]
            others = [move.run.rows for move in lasting]
            if not any(_is_same(off[:, column], rows, other) for other in others):
                new = Move(judged, int(group), _begun(book, judged, rows, column), [])
                moves.append(new)
                lasting.append(new)
    return moves


def _is_same(off: Floats, rows: Rows, others: Sequence[int]) -> bool:
    """Return whether a group lies off by what another one tells already."""
    shared = rows[np.isin(rows, others)]
    return bool(abs(off[shared].sum()) >= SAME * abs(off[rows].sum()))


def _begun(book: Book, judged: Sums, rows: Rows, column: int) -> Run:
    """Return the first day of a group: of the series that are there by then."""
    is_there = np.isfinite(book.panel.costs[rows, : column + 1]).any(axis=1)
    alive = rows[is_there]
    over = groups.differing(book.scopes, alive)
    days = range(column - judged.back, column + 1)
    return Run(tuple(map(int, alive)), judged.sign, list(days), over)


def _absorb(book: Book, alerts: Alerts, run: Run, found: Found, gap_days: int) -> bool:
    """Give a series that begins while its group is told to the group."""
    [row, *others], first = run.rows, run.columns[0]
    own = book.panel.costs[row, first] - alerts.expected[row, first]
    for move in found.moves:
        group = move.run
        is_told = any(0 <= first - day <= gap_days + 1 for day in group.columns)
        if others or not is_told or row not in group.rows or run.sign != group.sign:
            continue
        rest = found.off[list(group.rows), first].sum()
        if run.sign * own <= run.sign * rest:
            move.absorbed.append(run)
            return True
    return False


def anomaly(
    book: Book,
    alerts: Alerts,
    found: Found,
    move: Move,
    params: Detection,
    *,
    foreseen: Sequence[Part] = (),
) -> Anomaly:
    """Return what a group tells, with exact amounts.

    What is expected of a group is what it cost less what is told of it: that its
    members are told of by themselves is part of it.
    """
    absorbed = {(run.rows[0], day) for run in move.absorbed for day in run.columns}
    days = sorted({*move.run.columns, *(day for _, day in absorbed)})
    run = replace(move.run, columns=days)
    rows, columns = np.array(run.rows), np.array(days)
    off = found.off[rows]
    reach = BAND * MAD_TO_SIGMA * _usually_off(off.sum(axis=0))
    own = off.copy()
    for row, day in absorbed:
        place = run.rows.index(row)
        own[place, day] = book.panel.costs[row, day] - alerts.expected[row, day]
    told = incidents.anomaly(book, alerts, run, params, foreseen)
    said = [NAME, *(["seasonal"] if absorbed else [])]
    judged = move.judged
    return replace(
        told,
        kind=kinds.shape(book.panel, rows, columns, run.sign),
        detector=", ".join(sorted(said)),
        days=tuple(
            _day(day, float(own[:, column].sum()), float(reach[column]), score)
            for day, column, score in zip(
                told.days, days, judged.score[move.group, columns], strict=True
            )
        ),
        p_value=float(np.nanmin(judged.p_value[move.group, columns])),
        spread_over=int((run.sign * own[:, columns].sum(axis=1) > 0).sum()),
    )


def _day(day: Day, off: float, reach: float, score: float) -> Day:
    """Return a day of a group that lies off by so much."""
    expected = day.actual_cost - incidents.estimate(off)
    return replace(
        day,
        expected_cost=expected,
        expected_low=expected - incidents.estimate(reach),
        expected_high=expected + incidents.estimate(reach),
        score=round(float(np.nan_to_num(score)), 3),
    )


def _usually_off(off: Floats) -> Floats:
    """Return by how much a group usually lies off before each day."""
    typical = windows.trailing_median(np.abs(off)[None], BAND_DAYS, least=1)
    return np.asarray(np.nan_to_num(windows.earlier(typical)[0]))
