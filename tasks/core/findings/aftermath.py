"""What is left when an anomaly is over: costs went back, or what was odd became normal.

A new level is told until it is what is expected. It is over then as news, but the money
goes on being spent, and whoever reads of it should know.
"""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from tasks.core.detectors import Floats
from tasks.core.findings.anomalies import ESTIMATE, Day
from tasks.core.findings.kinds import Columns

# Days after an anomaly that are compared with the same weekdays before it, so many
# weeks of them. That is fixed, so that what is said does not change with later bills.
DAYS_AFTER = 3
WEEKS_BEFORE = 4

# Share of the mean deviation from which a rest of it counts as what stayed.
STAYED = 0.5


def lasting_cost(
    members: Floats, columns: Columns, days: Sequence[Day]
) -> Decimal | None:
    """Return what a day costs more, or less, since an anomaly than before it.

    Args:
        members: ``(n_series, n_days)`` daily cost of its series; NaN before one began
            and where no bill is known.
        columns: Its days, the oldest first.
        days: What it tells of them.

    Returns:
        None where costs went back, or too little is known to tell.
    """
    is_known = np.isfinite(members).any(axis=0)
    costs = np.where(is_known, np.nansum(members, axis=0), np.nan)
    impact = sum((day.actual_cost - day.expected_cost for day in days), Decimal(0))
    mean_impact = float(impact) / len(days)
    first, last = int(columns[0]), int(columns[-1])
    after = np.arange(last + 1, min(last + 1 + DAYS_AFTER, len(costs)))
    known = after[np.isfinite(costs[after])]
    if not known.size:
        return None
    rest = float(
        np.mean([costs[day] - _usual(costs, int(day), first) for day in known])
    )
    if rest * np.sign(mean_impact) < STAYED * abs(mean_impact):
        return None
    return Decimal(rest).quantize(ESTIMATE)


def _usual(costs: Floats, day: int, first: int) -> float:
    """Return the median of a day's weekday before a column; 0 where nothing was."""
    newest = day - 7 * -(-(day - first + 1) // 7)
    weekdays = np.arange(newest, max(newest - 7 * WEEKS_BEFORE, -1), -7)
    known = costs[weekdays[weekdays >= 0]]
    known = known[np.isfinite(known)]
    return float(np.median(known)) if known.size else 0.0
