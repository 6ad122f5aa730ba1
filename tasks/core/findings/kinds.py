"""The shape of an anomaly, in one word."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection.alerts import Alerts
from tasks.core.detectors import Floats, Panel

Columns = NDArray[np.int64]

SATURDAY = 5

# Days from which a deviation is a new level and no spike.
SHIFT_DAYS = 7

# How much a drift moves from its first week to its last, of what the first deviates.
GROWS = 0.25

# Share of an impact that the price must explain to be its kind.
PRICE_SHARE = 0.7

# A weekend that costs this share of the weekdays around it looks like one of them.
LIKE_A_WEEKDAY = (0.8, 1.25)


def is_weekend(day: date) -> bool:
    """Return whether it is a Saturday or Sunday."""
    return day.weekday() >= SATURDAY


def kind(
    panel: Panel, alerts: Alerts, rows: Columns, columns: Columns, sign: int
) -> str:
    """Name the shape of a deviation.

    Args:
        panel: The series.
        alerts: What the detectors say.
        rows: Series that it is about.
        columns: Its days, oldest first.
        sign: 1 for dearer, -1 for cheaper.

    Returns:
        One of the kinds of ``findings.anomalies``.
    """
    if panel.charge_kinds[int(rows[0])] == "commitment":
        return "commitment"
    on_days = np.ix_(rows, columns)
    shapes = {
        "new_scope": bool(alerts.says["new_scope"][rows, columns[0]].any()),
        "price_change": _is_price(panel, alerts, rows, columns),
        "drift": 2 * alerts.says["drift"][on_days].any(axis=0).sum() >= len(columns)
        and _grows(panel, alerts, rows, columns),
    }
    told = next((one for one, fits in shapes.items() if fits), None)
    return told or shape(panel, rows, columns, sign)


def shape(panel: Panel, rows: Columns, columns: Columns, sign: int) -> str:
    """Name the shape of a deviation by its days and its money alone."""
    shapes = {
        "drop": sign < 0 and len(columns) < SHIFT_DAYS,
        "pattern_break": _is_weekend_like_weekday(panel, rows, columns),
        "level_shift": len(columns) >= SHIFT_DAYS,
    }
    return next((one for one, fits in shapes.items() if fits), "spike")


def _is_price(panel: Panel, alerts: Alerts, rows: Columns, columns: Columns) -> bool:
    """Return whether the price explains most of it on most of its days."""
    told = np.asarray(alerts.says["unit_price"][np.ix_(rows, columns)].any(axis=0))
    if 2 * told.sum() < len(columns):
        return False
    on_days = np.ix_(rows, columns)
    costs = panel.costs[on_days]
    off = _added(costs - alerts.expected[on_days])
    own = np.ix_(np.arange(len(rows)), columns)
    by_price = _added(costs - alerts.at_usual_price(rows)[own])
    explains = (by_price * np.sign(off)) >= PRICE_SHARE * np.abs(off)
    return bool(2 * explains.sum() >= len(columns))


def _grows(panel: Panel, alerts: Alerts, rows: Columns, columns: Columns) -> bool:
    """Return whether costs went on moving away, as far as there are weeks to tell."""
    if len(columns) < 2 * SHIFT_DAYS:
        return True
    costs = _sum(panel.costs, rows, columns)
    off = costs - _sum(alerts.expected, rows, columns)
    first, last = slice(0, SHIFT_DAYS), slice(-SHIFT_DAYS, None)
    grown = float(costs[last].mean() - costs[first].mean())
    start = float(off[first].mean())
    return bool(grown * np.sign(start) >= GROWS * abs(start))


def _is_weekend_like_weekday(panel: Panel, rows: Columns, columns: Columns) -> bool:
    """Return whether only weekends stand out, and cost what weekdays do."""
    days = [panel.day(int(column)) for column in columns]
    if not all(is_weekend(day) for day in days):
        return False
    costs = panel.costs[rows].sum(axis=0)
    first = int(columns[0])
    before = [
        column
        for column in range(max(0, first - 7), first)
        if not is_weekend(panel.day(column))
    ]
    if not before:
        return False
    ratio = float(np.median(costs[columns])) / max(
        float(np.median(costs[before])), 1e-9
    )
    return LIKE_A_WEEKDAY[0] <= ratio <= LIKE_A_WEEKDAY[1]


def _sum(values: Floats, rows: Columns, columns: Columns) -> Floats:
    return _added(values[np.ix_(rows, columns)])


def _added(values: Floats) -> Floats:
    return np.asarray(np.nan_to_num(values).sum(axis=0))
