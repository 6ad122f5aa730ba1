"""Forecasts of series day by day, and of sums over them with intervals of their own."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from tasks.core.detectors import Floats
from tasks.core.forecasting import rehearsal
from tasks.core.forecasting.calendar_days import Ints
from tasks.core.forecasting.declaration import Forecasting
from tasks.core.forecasting.intervals import LEVELS, Calibration, Errors, calibrate
from tasks.core.forecasting.rehearsal import UNIT_DAYS, History, View

# Days ahead at which errors are looked at; between them they are interpolated.
LENGTHS = (0, 1, 2, 3, 5, 7, 10, 14, 18, 22, 26, 31, 38, 46, 61, 76, 92)
DAYS_AHEAD = (1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 63, 91)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected of series and of sums over them.

    Attributes:
        history: The series.
        members: ``(n_sums, n_series)`` 1 where a series belongs to a sum.
        view: The series as they look today.
        units: ``(n_sums,)`` what each sum costs a day.
        errors: How far sums up to so many days ahead go wrong.
        series_units: ``(n_series,)`` what each series costs a day.
        series_errors: How far single days of series go wrong.
        never_negative: ``(n_sums,)`` True where no day was ever below zero.
    """

    history: History
    members: sparse.csr_array
    view: View
    units: Floats
    errors: Calibration
    series_units: Floats
    series_errors: Calibration
    never_negative: Floats

    @property
    def days_ahead(self) -> Ints:
        """``(horizon,)`` days ahead of the columns after today."""
        first = self.view.today + 1 - self.view.first
        return np.arange(1, self.view.costs.shape[1] - first + 1)


def forecast(
    history: History, members: sparse.csr_array, horizon: int, params: Forecasting
) -> Outlook:
    """Forecast every series and every sum, and learn how far that goes wrong."""
    today = history.n_days - 1
    view = rehearsal.look_now(history, horizon, params)
    days = rehearsal.days_to_rehearse(history, params)
    ratios, series_ratios = _rehearse(history, members, view, days, params)
    daily = members @ np.nan_to_num(history.costs)
    is_alike = np.abs(rehearsal.alike_days(history)[days]) <= 1
    return Outlook(
        history=history,
        members=members,
        view=view,
        units=_units(daily, np.array([today]))[:, 0],
        errors=calibrate(Errors(np.array(LENGTHS), days, is_alike, ratios)),
        series_units=_units(np.nan_to_num(history.costs), np.array([today]))[:, 0],
        series_errors=calibrate(
            Errors(np.array(DAYS_AHEAD), days, is_alike, series_ratios)
        ),
        never_negative=daily.min(axis=1, initial=0) >= 0,
    )


def _rehearse(
    history: History,
    members: sparse.csr_array,
    view: View,
    days: Ints,
    params: Forecasting,
) -> tuple[Floats, Floats]:
    """Return the errors of sums and of series, each in units of its daily cost."""
    by_sum = np.empty((members.shape[0], len(days), len(LENGTHS)))
    by_series = np.empty((len(history.costs), len(days), len(DAYS_AHEAD)))
    last = history.n_days - 1 - int(history.lag.max(initial=0))
    actual = np.nan_to_num(history.costs)
    series_units = _units(actual, days)[..., None]
    units = _units(members @ actual, days)[..., None]
    # What is still to come of the past is taken as it is expected today.
    actual[:, view.first :] = view.costs[:, : history.n_days - view.first]
    for place, day in enumerate(days):
        single, summed = _errors(history, actual, int(day), last, params)
        by_sum[:, place] = members @ summed
        by_series[:, place] = single
    ends = days[:, None] + np.array(LENGTHS)
    by_sum = np.where(ends <= last, by_sum, np.nan)
    return _in_units(by_sum, units), _in_units(by_series, series_units)


def _in_units(errors: Floats, units: Floats) -> Floats:
    is_used = units > 0
    found: Floats = np.where(is_used, errors / np.where(is_used, units, 1), np.nan)
    return found


def _errors(
    history: History, actual: Floats, day: int, last: int, params: Forecasting
) -> tuple[Floats, Floats]:
    """Return how far a rehearsal went wrong: single days, and sums from the month."""
    seen = rehearsal.look(history, day, max(LENGTHS), params)
    wrong = np.zeros(seen.costs.shape)
    n_known = min(seen.costs.shape[1], actual.shape[1] - seen.first)
    known = actual[:, seen.first : seen.first + n_known]
    wrong[:, :n_known] = known - seen.costs[:, :n_known]
    at = day - seen.first
    month = max(at + 1 - history.day(day).day, 0)
    summed = wrong[:, month:].cumsum(axis=1)[:, at - month + np.array(LENGTHS)]
    ahead = np.array(DAYS_AHEAD)
    single = np.where(day + ahead <= last, wrong[:, at + ahead], np.nan)
    return single, summed


def _units(daily: Floats, days: Ints) -> Floats:
    """Return the mean size of the days up to each of some days."""
    sums = np.abs(daily).cumsum(axis=1)
    sums = np.concatenate([np.zeros((len(daily), 1)), sums], axis=1)
    before = np.maximum(days + 1 - UNIT_DAYS, 0)
    units: Floats = (sums[:, days + 1] - sums[:, before]) / (days + 1 - before)
    return units


@dataclass(frozen=True, slots=True)
class Band:
    """An expectation with intervals, of the shape that the caller asked for."""

    expected: Floats
    low_80: Floats
    high_80: Floats
    low_95: Floats
    high_95: Floats


def _band(expected: Floats, reach: Floats, floor: Floats) -> Band:
    """Reach is ``(4, …)``, the errors at ``LEVELS``; nothing lies below the floor."""
    ends = np.maximum(expected + reach, np.minimum(floor, expected))
    low_95, low_80, high_80, high_95 = ends
    return Band(
        expected,
        np.minimum(low_80, expected),
        np.maximum(high_80, expected),
        np.minimum(low_95, expected),
        np.maximum(high_95, expected),
    )


def series_days(outlook: Outlook) -> Band:
    """Return the days after today of each series, ``(n_series, horizon)``."""
    ahead = outlook.days_ahead
    view, past = outlook.view, np.nan_to_num(outlook.history.costs)
    expected = view.costs[:, view.costs.shape[1] - len(ahead) :]
    usual = outlook.series_errors.usual_error(ahead) * outlook.series_units[:, None]
    reach = outlook.series_errors.quantiles(ahead, LEVELS)[:, None] * usual
    floor = np.where(past.min(axis=1, initial=0) >= 0, 0.0, -np.inf)
    return _band(expected, reach, floor[:, None])


def rest_of(outlook: Outlook, first: int, last: int) -> Band:
    """Return what is still to come of a span, by sum.

    What an incomplete day has shown so far is not still to come.

    Args:
        outlook: What is expected.
        first: Column of the span's first day, counted as in the history.
        last: Column of its last day.
    """
    path = paths(outlook, first, last)
    length = np.array([max(last - outlook.view.today, 0)])
    usual = outlook.errors.usual_error(length)[:, 0] * outlook.units
    reach = outlook.errors.quantiles(length, LEVELS) * usual
    floor = np.where(outlook.never_negative, 0.0, -np.inf)
    return _band(path[:, -1], reach, floor)


def paths(outlook: Outlook, first: int, last: int) -> Floats:
    """Return what is still to come up to each day of a span, ``(n_sums, n_days)``.

    The first column is today, or the span's last day where that lies before.
    """
    view = outlook.view
    shown = np.zeros(view.costs.shape)
    past = outlook.history.costs[:, view.first :]
    shown[:, : past.shape[1]] = np.nan_to_num(past)
    to_come = np.where(view.is_expected, view.costs - shown, 0.0)
    begin, end = max(first - view.first, 0), max(last + 1 - view.first, 0)
    summed: Floats = (outlook.members @ to_come[:, begin:end]).cumsum(axis=1)
    today = min(view.today, last) - view.first - begin
    return summed[:, max(today, 0) :]


def chance_above(outlook: Outlook, place: int, path: Floats, room: float) -> Floats:
    """Return the probability that a sum needs more than is left, day by day.

    Args:
        outlook: What is expected.
        place: Which sum.
        path: ``(n_days,)`` what is still to come up to today and each day after.
        room: What may still come.
    """
    ahead = np.arange(len(path))
    usual = outlook.errors.usual_error(ahead)[place] * outlook.units[place]
    short = room - path
    sure = np.where(short < 0, 1.0, 0.0)
    error = short / np.where(usual > 0, usual, 1.0)
    chances = [
        outlook.errors.share_above(int(day), error[day : day + 1])[0] for day in ahead
    ]
    return np.where(usual > 0, np.array(chances), sure)
