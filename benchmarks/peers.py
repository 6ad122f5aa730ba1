"""Other methods that find odd days, each in its plain form.

Each takes daily costs, ``(n_series, n_days)``, and the first day that may hold
anomalies, and returns how odd every day is; NaN where it cannot tell. What is not
installed raises ImportError; ``pip install 'costwarden[bench]'`` brings all of them.
"""

import logging
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MAD_TO_SIGMA = 1.4826
WEEKS = 8


def weekday_median(costs: Floats, first: int, start: date) -> Floats:
    """Deviation from the median of the last eight like weekdays, by their MAD."""
    del first, start
    odd = np.full(costs.shape, np.nan)
    for day in range(3 * 7, costs.shape[1]):
        past = costs[:, max(day % 7, day - 7 * WEEKS) : day : 7]
        usual = np.median(past, axis=1)
        spread = MAD_TO_SIGMA * np.median(np.abs(past - usual[:, None]), axis=1)
        odd[:, day] = (costs[:, day] - usual) / np.maximum(spread, 1e-6)
    return odd


def stl(costs: Floats, first: int, start: date) -> Floats:
    """Residual of STL with weeks, fitted anew each week on all days until then."""
    from statsmodels.tsa.seasonal import STL

    del start
    odd = np.full(costs.shape, np.nan)
    logs = np.log1p(costs)
    for row, values in enumerate(logs):
        whole = STL(values[:first], period=7, robust=True).fit().resid
        odd[row, :first] = whole / max(float(np.std(whole)), 1e-6)
        for day in range(first, values.size):
            fit = STL(values[: day + 1], period=7, robust=True).fit()
            scale = MAD_TO_SIGMA * np.median(np.abs(fit.resid))
            odd[row, day] = fit.resid[-1] / max(float(scale), 1e-6)
    return odd


def isolation_forest(costs: Floats, first: int, start: date) -> Floats:
    """Isolation forest of a series on level, weekday and ratios, trained before."""
    from sklearn.ensemble import IsolationForest

    odd = np.full(costs.shape, np.nan)
    weekday = (np.arange(costs.shape[1]) + start.weekday()) % 7
    for row, values in enumerate(costs):
        level = (values - values[:first].mean()) / max(values[:first].std(), 1e-6)
        turn = 2 * np.pi * weekday / 7
        day_ago, week_ago = np.roll(values, 1), np.roll(values, 7)
        shapes = np.column_stack(
            [level, np.sin(turn), np.cos(turn), values / day_ago, values / week_ago]
        )
        forest = IsolationForest(n_estimators=200, random_state=0)
        forest.fit(shapes[7:first])
        odd[row, 7:] = -forest.score_samples(shapes[7:])
    return odd


def prophet(costs: Floats, first: int, start: date) -> Floats:
    """Residual of Prophet with weeks and months, fitted on the days before."""
    import pandas as pd
    from prophet import Prophet

    for name in ("prophet", "cmdstanpy"):
        logging.getLogger(name).setLevel(logging.ERROR)
    days = [start + timedelta(days=day) for day in range(costs.shape[1])]
    odd = np.full(costs.shape, np.nan)
    for row, values in enumerate(costs):
        frame: Any = pd.DataFrame({"ds": pd.to_datetime(days), "y": values})
        model = Prophet(
            yearly_seasonality=False, weekly_seasonality=True, daily_seasonality=False
        )
        model.add_seasonality(name="monthly", period=30.5, fourier_order=5)
        model.fit(frame.iloc[:first])
        residual = values - model.predict(frame[["ds"]])["yhat"].to_numpy()
        odd[row] = residual / max(float(np.std(residual[:first])), 1e-6)
    return np.abs(odd)
