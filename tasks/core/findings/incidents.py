"""From alerts to anomalies: days that belong together, scopes that belong together.

Everything here reads from the oldest day to the newest, so what was said of a day never
depends on a later one: a daily schedule and one backfill find the same anomalies.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from tasks.core.detection import echoes
from tasks.core.detection.alerts import Alerts
from tasks.core.detection.allowances import Part
from tasks.core.detection.declaration import Detection
from tasks.core.detectors import Floats, Panel
from tasks.core.detectors.novelty import NewScope
from tasks.core.findings import aftermath, kinds
from tasks.core.findings.anomalies import ESTIMATE, Anomaly, Day, Note, Scope
from tasks.core.findings.runs import Book, Run
from tasks.core.hierarchy.below import Below, above

# Scope columns that are merged over, the widest first: a whole billing account, one
# service wherever it runs, one account and region, one service in one account.
MERGES: tuple[tuple[str, ...], ...] = (
    ("sub_account_id", "service_name", "region_id"),
    ("sub_account_id", "region_id"),
    ("service_name", "region_id"),
    ("service_name",),
    ("region_id",),
    ("sub_account_id",),
)

# Share of the cost of a merged scope that its members must have on the first day.
MEMBERS_SHARE = 0.5

# Days between two weekends; more where one was left on, which may be told on either of
# its days.
WEEK_GAP = 5
LEFT_ON_GAP = 7


def runs(book: Book, alerts: Alerts, params: Detection) -> list[Run]:
    """Return the odd days of each series, or of several that moved together."""
    begun = [
        run
        for row in np.flatnonzero((alerts.opens != 0).any(axis=1))
        for sign in (1, -1)
        for run in runs_of(book.panel, alerts, int(row), sign, params.gap_days)
    ]
    return merge(book, alerts, begun, params)


def runs_of(
    panel: Panel, alerts: Alerts, row: int, sign: int, gap_days: int
) -> list[Run]:
    """Return the runs of odd days of one series in one direction."""
    runs: list[Run] = []
    opens = alerts.opens[row] == sign
    for column in np.flatnonzero(opens | (alerts.goes_on[row] == sign)):
        if runs and _continues(panel, runs[-1], int(column), gap_days):
            runs[-1].columns.append(int(column))
        elif not opens[column]:
            continue
        elif runs and echoes.is_same(alerts.says, runs[-1], int(column)):
            runs[-1].columns.append(int(column))
        elif runs and _is_drift(alerts, row, int(column)):
            _drift_on(panel, runs, int(column))
        else:
            runs.append(Run((row,), sign, [int(column)]))
    return runs


def _is_drift(alerts: Alerts, row: int, column: int) -> bool:
    """Return whether only slow movement tells of a day."""
    return {name for name, days in alerts.says.items() if days[row, column]} == {
        "drift"
    }


def _drift_on(panel: Panel, runs: list[Run], column: int) -> None:
    """Add a day that only slow movement tells of to the last run, or begin another.

    It is left out where it tells once more of a step that was told at length.
    """
    last = runs[-1]
    is_echo = echoes.is_echo(panel, last, column)
    if is_echo and echoes.is_long(last):
        return
    if is_echo or echoes.is_line_through(last, column):
        last.columns.append(column)
    else:
        runs.append(Run(last.rows, last.sign, [column]))


def _continues(panel: Panel, run: Run, column: int, gap_days: int) -> bool:
    gap = column - run.columns[-1] - 1
    if gap <= gap_days:
        return True
    days = [*run.columns, column]
    most = LEFT_ON_GAP if run.sign > 0 else WEEK_GAP
    return gap <= most and all(kinds.is_weekend(panel.day(day)) for day in days)


def merge(book: Book, alerts: Alerts, runs: list[Run], params: Detection) -> list[Run]:
    """Merge runs that began on the same day in scopes that lie beside each other.

    A merge needs two members at least that have most of the cost of the scope above
    them on that first day; the merged run then tells of all of that scope. What is new
    has no cause in common with what grew. On a day on which a billing account moves as
    a whole two members are enough. Runs that begin in it while it lasts are part of it.
    """
    left = sorted(runs, key=lambda run: (run.columns[0], run.rows))
    merged: list[Run] = []
    below = Below(book.scopes)
    while left:
        first = left[0].columns[0]
        today = [run for run in left if run.columns[0] == first]
        left = left[len(today) :]
        today, absorbed = _absorb(merged, today, params.gap_days)
        tide = [run for run in today if alerts.tide[run.rows[0], first] == run.sign]
        alone = [run for run in today if run not in tide]
        today = alone + _merge_over(book, alerts, tide, MERGES[0], 0.0, below=below)
        for over in MERGES:
            today = _merge_over(book, alerts, today, over, MEMBERS_SHARE, below=below)
        merged = absorbed + today
    return merged


def _absorb(
    merged: list[Run], today: list[Run], gap_days: int
) -> tuple[list[Run], list[Run]]:
    """Give each of today's runs to a merged one that covers its series now."""
    kept = []
    for run in today:
        home = next(
            (
                other
                for other in merged
                if other.rolled_up
                and other.sign == run.sign
                and set(run.rows) <= set(other.rows)
                and run.columns[0] - other.columns[-1] - 1 <= gap_days
            ),
            None,
        )
        if home is None:
            kept.append(run)
        else:
            home.columns[:] = sorted({*home.columns, *run.columns})
    return kept, merged


def _merge_over(
    book: Book,
    alerts: Alerts,
    today: list[Run],
    over: tuple[str, ...],
    least: float,
    *,
    below: Below,
) -> list[Run]:
    groups: dict[tuple[Scope, int, bool], list[Run]] = defaultdict(list)
    for run in today:
        is_new = bool(alerts.says[NewScope.name][run.rows, run.columns[0]].any())
        groups[above(book.scopes[run.rows[0]], over), run.sign, is_new].append(run)
    result = []
    for (scope, sign, _), members in groups.items():
        rows = below.rows(scope, over) if len(members) > 1 else []
        if rows and _share(book, alerts, members, rows) >= least:
            columns = sorted({column for run in members for column in run.columns})
            varying = tuple(
                name
                for name in over
                if len({getattr(book.scopes[row], name) for row in rows}) > 1
            )
            result.append(Run(tuple(rows), sign, columns, varying))
        else:
            result.extend(members)
    return result


def _share(book: Book, alerts: Alerts, members: list[Run], rows: list[int]) -> float:
    """Return the share of the cost of some series that runs of single ones have."""
    if any(run.rolled_up for run in members):
        return -1.0
    column = members[0].columns[0]
    costs, expected = book.panel.costs[:, column], alerts.expected[:, column]
    size = np.nan_to_num(np.fmax(np.abs(costs), np.abs(expected)))
    own = size[[run.rows[0] for run in members]].sum()
    return float(own / max(size[rows].sum(), 1e-9))


def anomaly(
    book: Book,
    alerts: Alerts,
    run: Run,
    params: Detection,
    foreseen: Sequence[Part] = (),
) -> Anomaly:
    """Return what a run tells, with exact amounts."""
    rows = np.array(run.rows)
    columns = np.array(run.columns)
    days = tuple(day(book, alerts, rows, column) for column in run.columns)
    on_days = np.ix_(rows, columns)
    said = sorted(name for name, flags in alerts.says.items() if flags[on_days].any())
    stands = status(book, rows, run.columns, params)
    return Anomaly(
        scope=above(book.scopes[run.rows[0]], run.rolled_up),
        rolled_up=run.rolled_up,
        kind=kinds.kind(book.panel, alerts, rows, columns, run.sign),
        direction="up" if run.sign > 0 else "down",
        detector=", ".join(said),
        status=stands,
        days=days,
        p_value=_rarest(alerts.p_value[on_days]),
        notes=notes(foreseen, rows, columns),
        lasting_cost=aftermath.lasting_cost(book.panel.costs[rows], columns, days)
        if stands == "resolved"
        else None,
    )


def notes(
    foreseen: Sequence[Part], rows: kinds.Columns, columns: kinds.Columns
) -> tuple[Note, ...]:
    """Return what people's allowances explain of these series and days."""
    found = []
    for part in foreseen:
        one = part.allowance
        on_days = np.ix_(np.isin(one.rows, rows), np.isin(one.columns, columns))
        explained = estimate(float(part.explained[on_days].sum()))
        if explained:
            found.append(Note(one.source, one.title, one.until, explained))
    return tuple(found)


def _rarest(p_value: Floats) -> float | None:
    known = p_value[np.isfinite(p_value)]
    return float(known.min()) if known.size else None


def status(
    book: Book, rows: kinds.Columns, columns: list[int], params: Detection
) -> str:
    """Return how an anomaly stands, by the newest day whose bill is complete."""
    settled = np.flatnonzero(book.settled[rows].all(axis=0))
    newest = int(settled[-1]) if len(settled) else -1
    if columns[0] > newest:
        return "provisional"
    return "resolved" if newest - columns[-1] > params.gap_days else "confirmed"


def day(book: Book, alerts: Alerts, rows: kinds.Columns, column: int) -> Day:
    """Return what some series cost together on one day, and what they should have."""
    costs = np.nan_to_num(book.panel.costs[rows, column])
    known = np.isfinite(alerts.expected[rows, column])
    expected = np.where(known, alerts.expected[rows, column], costs)
    # A member that is too young for a band of its own adds none.
    low, high = (
        np.where(known & np.isfinite(end), end, expected)
        for end in (alerts.low[rows, column], alerts.high[rows, column])
    )
    # Series move independently, so their bands add up like standard deviations.
    total = float(expected.sum())
    below = float(np.sqrt(np.square(expected - low).sum()))
    above = float(np.sqrt(np.square(high - expected).sum()))
    scores = alerts.score[rows, column]
    score = scores[int(np.argmax(np.abs(np.nan_to_num(scores))))]
    return Day(
        charge_date=book.panel.day(column),
        actual_cost=sum((book.amounts(int(row), column) for row in rows), Decimal(0)),
        expected_cost=estimate(total),
        expected_low=estimate(total - below),
        expected_high=estimate(total + above),
        score=round(float(np.nan_to_num(score)), 3),
    )


def estimate(amount: float) -> Decimal:
    """Return an estimated amount as money."""
    return Decimal(amount).quantize(ESTIMATE)
