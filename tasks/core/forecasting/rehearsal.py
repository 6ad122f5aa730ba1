"""Forecasts from today and, to learn how far they go wrong, from earlier days.

An earlier day is forecast with what a run on that day would have had: no later day,
and as many of the newest days and of the charges that come late missing as today.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from scipy import sparse

from tasks.core.detectors import Flags, Floats
from tasks.core.forecasting import projection
from tasks.core.forecasting.calendar_days import Ints, places
from tasks.core.forecasting.declaration import Forecasting
from tasks.core.forecasting.projection import Kinds, project

# A charge that follows others grows or shrinks with them by at most this factor.
MOST = 3.0

# Days whose mean cost is the unit of errors.
UNIT_DAYS = 56

# Series times earlier days that are looked at, and the fewest days.
MOST_LOOKS = 1_000_000
FEWEST = 14


@dataclass(frozen=True, slots=True)
class History:
    """Daily costs of series in one measure.

    Attributes:
        start: Day of the first column.
        costs: ``(n_series, n_days)``; NaN before a series began and where no bill is.
        lag: ``(n_series,)`` newest days whose cost may still be incomplete.
        kinds: What the series are.
        accounts: ``(n_series,)`` number of the billing account of each.
        closed_after: Days after its end from which a month is closed.
        known_ahead: Days after the newest one on which the bills were made.
        holidays: Public holidays, earlier and later.
    """

    start: date
    costs: Floats
    lag: Ints
    kinds: Kinds
    accounts: Ints
    closed_after: int
    known_ahead: int = 0
    holidays: Collection[date] = ()

    @property
    def n_days(self) -> int:
        """Number of columns."""
        return int(self.costs.shape[1])

    def day(self, column: int) -> date:
        """Return the date of a column."""
        return self.start + timedelta(days=column)


@dataclass(frozen=True, slots=True)
class View:
    """The series as they look from one day: known days, and the expectation after.

    Attributes:
        first: Column of the first day here: that of the month before the day's.
        today: Column of the day from which is looked.
        costs: ``(n_series, n_columns)``, never NaN.
        is_expected: The same shape; True where the cost is an expectation.
    """

    first: int
    today: int
    costs: Floats
    is_expected: Flags


def look(
    history: History, today: int, horizon: int, params: Forecasting, ahead: int = 0
) -> View:
    """Return the series as they look from a day.

    Args:
        history: Later days in it are not read.
        today: Column of the newest day that a bill tells of.
        horizon: Days to look ahead of it.
        params: See ``Forecasting``.
        ahead: Days after that day on which the bills were made.
    """
    first = _month_before(history, today)
    end = today + 1 + horizon
    costs = np.zeros((len(history.costs), end - first))
    known = np.nan_to_num(history.costs[:, first : today + 1])
    costs[:, : today + 1 - first] = known
    is_expected = np.zeros(costs.shape, dtype=np.bool_)
    closed = _last_closed(history, today, today + ahead)
    origins = _origins(history, today, closed)
    for origin in np.unique(origins):
        rows = np.flatnonzero(origins == origin)
        expected = project(
            history.costs[rows, : origin + 1],
            history.start,
            end - 1 - int(origin),
            history.kinds.of(rows),
            params.projection,
            holidays=history.holidays,
        )
        # A history may be younger than the month before.
        begin = max(int(origin) + 1, first)
        costs[rows, begin - first :] = expected[:, begin - int(origin) - 1 :]
        is_expected[rows, begin - first :] = True
    _follow(history, costs, is_expected, first, closed)
    return View(first, today, costs, is_expected)


def look_now(history: History, horizon: int, params: Forecasting) -> View:
    """Return the series as they look today; what came before its time has come."""
    view = look(history, history.n_days - 1, horizon, params, history.known_ahead)
    n_known = history.n_days - view.first
    known = np.zeros(view.costs.shape)
    known[:, :n_known] = np.nan_to_num(history.costs[:, view.first :])
    has_come = (known != 0) & history.kinds.is_late[:, None]
    return View(
        view.first,
        view.today,
        np.where(has_come, known, view.costs),
        view.is_expected & ~has_come,
    )


def days_to_rehearse(history: History, params: Forecasting) -> Ints:
    """Return the columns of earlier days to look from, oldest first.

    Those that lie in their months as today does are among them. A young history gives
    half of itself; many series make do with fewer days.
    """
    last = history.n_days - 2
    wanted = min(params.rehearsals, max(FEWEST, MOST_LOOKS // len(history.costs)))
    young = min(params.warm_up_days, history.n_days // 2)
    first = max(young, last - wanted * params.rehearsal_step + 1)
    even = np.arange(first, last + 1, params.rehearsal_step)
    alike = np.flatnonzero(alike_days(history) == 0)
    return np.union1d(even, alike[(alike >= young) & (alike <= last)])


def alike_days(history: History) -> Ints:
    """Return how many days each day lies nearer to its month's end than today does."""
    left = places(history.start, history.n_days).days_left
    nearer: Ints = left[-1] - left
    return nearer


def needed_days(params: Forecasting) -> int:
    """Return the days of history that are looked at; older ones tell nothing."""
    projected = projection.needed_days(params.projection)
    return params.rehearsals * params.rehearsal_step + projected + UNIT_DAYS


def _month_before(history: History, column: int) -> int:
    day = history.day(column)
    last = day.replace(day=1) - timedelta(days=1)
    return max((last.replace(day=1) - history.start).days, 0)


def _follow(
    history: History, costs: Floats, is_expected: Flags, first: int, closed: int
) -> None:
    """Let expected taxes and support fees follow what they are a share of."""
    rows = np.flatnonzero(history.kinds.follows)
    if closed < 0 or not rows.size:
        return
    payers = sparse.csr_array(
        (
            np.where(history.kinds.is_late, 0.0, 1.0),
            (history.accounts, np.arange(len(costs))),
        )
    )
    month = max(closed + 1 - history.day(closed).day, 0)
    base = (payers @ np.nan_to_num(history.costs[:, month : closed + 1])).sum(axis=1)
    daily = payers @ costs
    starts = np.flatnonzero(places(history.day(first), costs.shape[1]).day == 1)
    for start, end in pairwise([*starts, costs.shape[1]]):
        with np.errstate(divide="ignore", invalid="ignore"):
            grown = daily[:, start:end].sum(axis=1) / base
        grown = np.clip(np.where(base > 0, grown, 1.0), 1 / MOST, MOST)
        part = np.where(
            is_expected[rows, start:end], grown[history.accounts[rows], None], 1.0
        )
        costs[rows, start:end] *= part


def _last_closed(history: History, today: int, known: int) -> int:
    """Return the last column of the newest month that is closed, or -1."""
    ends = np.flatnonzero(places(history.start, today + 1).days_left == 0)
    closed = ends[ends + history.closed_after <= known]
    return int(closed[-1]) if closed.size else -1


def _origins(history: History, today: int, closed: int) -> Ints:
    """Return the last column of each series whose cost is known on a day."""
    by_day = np.maximum(today - history.lag, -1)
    return np.where(history.kinds.is_late, np.minimum(closed, by_day), by_day)
