"""Daily values, judged by all that judges bills but what needs a bill.

The detectors are those of ``detection.alerts``: season, slow movement, weekends that
were left on, and series that begin later than others. Values have no currency, so each
series is divided by its own size and no floor of money counts; and each is an account
of its own, because nobody says that values of two series can be added up.

Known weakness: what a floor of money would hold back is told; and the newest day of a
table that is not complete yet looks like a drop (``unfinished`` holds that back).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tasks.core.detection import alerts
from tasks.core.detection.alerts import Alerts
from tasks.core.detection.declaration import Detection, Seasonality
from tasks.core.detection.rationing import LARGEST
from tasks.core.detectors import Flags, Floats, Panel
from tasks.core.detectors.drift import Drifting
from tasks.core.detectors.novelty import NewScope
from tasks.core.findings.incidents import runs_of

# Values that say how large a series is; with so few nothing is expected yet. And the
# share of that around which the scale of daily values turns from linear to logarithmic:
# of values on both sides of zero, nearly all of it is linear.
FIRST = 7
LITTLE, BOTH_SIDES = 0.01, 10.0

# Days that a series must have before it is judged. A bill waits for the end of a month;
# a table may have no more than one, and only waits with what is dearer there.
WARM_UP_DAYS = 21


# Days after an odd one on which what only moves slowly still is the same.
STILL = 10


class Judged(NamedTuple):
    """What all detectors say.

    Attributes:
        alerts: Of each day, in the unit of the values.
        event: ``(n_series, n_days)`` first day of the event that an odd day belongs to;
            -1 of others.
    """

    alerts: Alerts
    event: NDArray[np.int64]


def judge(
    values: Floats, start: date, rate: float, holidays: Mapping[date, str]
) -> Judged:
    """Judge every day from earlier ones alone.

    Args:
        values: ``(n_series, n_days)``, NaN where unknown.
        start: The first day.
        rate: Share of normal days of each series that may be called odd.
        holidays: Name of each public holiday.
    """
    rows = len(values)
    sizes = _sizes(values)
    panel = Panel(
        start=start,
        costs=values / sizes,
        quantities=np.full(values.shape, np.nan),
        providers=(None,) * rows,
        charge_kinds=("usage",) * rows,
        accounts=np.arange(rows),
        since=np.zeros(rows, dtype=np.int64),
        holidays=holidays,
    )
    params = Detection(
        alerts_per_week=rate / LARGEST,
        floor_cost=0,
        thresholds=(),
        seasonality=Seasonality(unit=LITTLE, warm_up_days=WARM_UP_DAYS),
    )
    settled = np.ones(values.shape, dtype=np.bool_)
    found = alerts.find(panel, settled, params, rate=rate)
    _tell_new(values, panel, found, params)
    _wait_for_months(panel, found)
    for name in ("expected", "low", "high"):
        getattr(found, name)[:] *= sizes
    return Judged(found, _events(panel, found, params))


def _tell_new(values: Floats, panel: Panel, found: Alerts, params: Detection) -> None:
    """Score new series by their own size, and leave out those that are too little.

    Of a table of resources some begin each day: what is less than the floor's share of
    all values of the day is no news.
    """
    is_new = found.says[NewScope.name]
    found.high[is_new] = 0.0
    found.score[is_new] = panel.costs[is_new]
    least = params.floor_share_pct / 100 * np.nansum(np.abs(values), axis=0)
    is_little = is_new & (np.abs(values) < least)
    for days in (found.opens, found.goes_on):
        days[is_little] = 0


def _wait_for_months(panel: Panel, found: Alerts) -> None:
    """Leave out what is dearer on the first turn of a month that a series has.

    Monthly fees lie on the first or the last day, and of a series that had neither
    nobody knows yet whether it has any. What lasts is told a day later.
    """
    known = np.isfinite(panel.costs)
    begins = np.where(known.any(axis=1), known.argmax(axis=1), panel.n_days)
    is_more = np.abs(panel.costs) > np.abs(found.expected)
    is_more &= ~found.says[NewScope.name]
    for column in range(panel.n_days):
        before = _month_before(panel.start + timedelta(days=column))
        if before is not None:
            waits = (begins > column - before) & is_more[:, column]
            for days in (found.opens, found.goes_on):
                days[waits, column] = 0


def _month_before(day: date) -> int | None:
    """Return how many days ago the last turn of a month was, of a day at one itself.

    Examples:
        >>> _month_before(date(2026, 3, 1)), _month_before(date(2026, 3, 31))
        (28, 31)
        >>> _month_before(date(2026, 3, 2))
    """
    if day.day == 1:
        return (day - timedelta(days=1)).day
    return day.day if (day + timedelta(days=1)).day == 1 else None


def _events(panel: Panel, found: Alerts, params: Detection) -> NDArray[np.int64]:
    """Return which event each day belongs to, as anomalies of bills have days."""
    event = np.full(panel.costs.shape, -1, dtype=np.int64)
    for row in np.flatnonzero((found.opens != 0).any(axis=1)):
        for sign in (1, -1):
            begun, last = -1, -STILL - 1
            for run in runs_of(panel, found, int(row), sign, params.gap_days):
                first = run.columns[0]
                says = {name for name, days in found.says.items() if days[row, first]}
                if says != {Drifting.name} or first - last > STILL:
                    begun = first
                event[row, run.columns], last = begun, run.columns[-1]
    return event


def _sizes(values: Floats) -> Floats:
    """Return ``(n_series, 1)`` how large each series is at its beginning.

    Bills have a currency, in which one a day is little; other values have not.
    """
    known = np.isfinite(values)
    is_first: Flags = known & (np.cumsum(known, axis=1) <= FIRST)
    first = np.where(is_first, values, np.nan)
    size = pd.DataFrame(np.abs(first)).median(axis=1).to_numpy()
    size = np.where(size > 0, size, 1.0)
    is_both = (first < 0).any(axis=1) & (first > 0).any(axis=1)
    return (size * np.where(is_both, BOTH_SIDES / LITTLE, 1.0))[:, None]
