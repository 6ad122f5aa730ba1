"""Plain guesses of a month's total, and other methods where they are installed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.core.forecasting.rehearsal import History

Floats = NDArray[np.float64]

OTHERS = ("last month", "run rate", "same weekday", "ETS")
WEEK = 7


@dataclass(frozen=True)
class Look:
    """A month that is looked at from one of its days, as columns.

    Attributes:
        begin: First day of the month.
        end: Its last day.
        today: Newest day that bills tell of.
        lag: Newest days that may be incomplete.
    """

    begin: int
    end: int
    today: int
    lag: int


def foresee(
    members: Any, history: History, look: Look, n_fitted: int
) -> dict[str, Floats]:
    """Return what each of ``OTHERS`` expects of the month, by sum.

    Models that are fitted are slow: only the first ``n_fitted`` sums get one.

    What comes once a month is last month's in all of them, so that they differ in what
    is used from day to day.
    """
    costs = np.nan_to_num(history.costs)
    daily = history.kinds.is_metered
    known = look.today - look.lag + 1
    before = slice(_month_before(history, look), look.begin)
    once = members @ np.where(daily, 0.0, costs[:, before].sum(axis=1))
    used = members @ np.where(daily[:, None], costs, 0.0)
    so_far = used[:, look.begin : max(known, look.begin)].sum(axis=1)
    days_left = look.end - max(known, look.begin) + 1
    rate = used[:, max(look.begin, 0) : known] if known > look.begin else None
    if rate is None or not rate.shape[1]:
        rate = used[:, known - WEEK : known]
    ahead = np.arange(known, look.end + 1)
    back = (ahead - known) // WEEK + 1
    ahead = ahead[ahead >= look.begin]
    weekly = used[:, ahead - WEEK * back[-len(ahead) :]].sum(axis=1)
    return {
        "last month": members @ costs[:, before].sum(axis=1),
        "run rate": once + so_far + rate.mean(axis=1) * days_left,
        "same weekday": once + so_far + weekly,
        "ETS": once + so_far + _ets(used[:, :known], look, n_fitted),
    }


def _ets(used: Floats, look: Look, n_fitted: int) -> Floats:
    """Return Holt and Winters' damped smoothing with weeks; NaN where not installed."""
    try:
        from statsmodels.tsa.holtwinters import ExponentialSmoothing
    except ImportError:
        return np.full(len(used), np.nan)
    found = np.full(len(used), np.nan)
    known = used.shape[1]
    skip = max(look.begin - known, 0)
    for row, values in enumerate(used[:n_fitted]):
        found[row] = 0.0
        if values[-4 * WEEK :].any():
            model = ExponentialSmoothing(
                values[-26 * WEEK :],
                trend="add",
                damped_trend=True,
                seasonal="add",
                seasonal_periods=WEEK,
            )
            ahead = model.fit().forecast(look.end - known + 1)
            found[row] = ahead[skip:].sum()
    return found


def _month_before(history: History, look: Look) -> int:
    last = history.day(look.begin - 1)
    return look.begin - last.day
