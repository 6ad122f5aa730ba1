"""Which days stand out: several detectors, one answer.

The rule, measured in ``benchmarks/detection.py``: a day stands out when it deviates by
enough money and percent and one of these holds:

* its seasonal score is so rare that ``alerts_per_week`` has room for it
  (``rationing``);
* a configured threshold is exceeded (thresholds know their own floors);
* its series is new, its price moved, or its weeks drift.

A day that continues an anomaly needs less, which keeps one anomaly from becoming five.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection import habits, hearing, rationing, repeats, tides, voices
from tasks.core.detection.declaration import Detection
from tasks.core.detection.habits import Habit
from tasks.core.detection.hearing import SEASONAL, THRESHOLDS, Hearing, Spoken
from tasks.core.detection.tides import Carried, Signs
from tasks.core.detectors import (
    AT_ONCE,
    Flags,
    Floats,
    Panel,
    Scores,
    calibration,
    days_off,
    weekends,
)
from tasks.core.detectors.prices import UnitPrice
from tasks.core.detectors.seasonal import BAND

# Whose expectation a day gets when several detectors speak of it, first one first.
VOICES = ("new_scope", "seasonal", "drift", "unit_price", "thresholds")

# p-value of a day that may continue an anomaly.
CONTINUES = 0.01

UsualPrice = Callable[[NDArray[np.int64]], Floats]


@dataclass(frozen=True, slots=True)
class Alerts:
    """Each day's answer; every array is ``(n_series, n_days)``.

    Attributes:
        expected: Expected cost, by the first of ``VOICES`` that speaks of the day.
        low: Lower end of what is normal.
        high: Upper end of what is normal.
        score: Signed score of that detector.
        p_value: How rare the day is by the seasonal score, whichever the detector;
            NaN where that knows nothing of it.
        opens: 1 where a day dearer than expected stands out, -1 where a cheaper one
            does, else 0.
        goes_on: The same for a day that may continue an anomaly.
        tide: 1 where a series rises as much of its billing account does that day, -1
            where it falls with it, else 0.
        says: By detector's name, where it calls the day odd.
        at_usual_price: Returns, of some series, each day's quantity at its usual
            price; NaN where that is unknown. Few are asked.
    """

    expected: Floats
    low: Floats
    high: Floats
    score: Floats
    p_value: Floats
    opens: Signs
    goes_on: Signs
    tide: Signs
    says: dict[str, Flags]
    at_usual_price: UsualPrice


class Verdict(NamedTuple):
    """What more is known of each day; every array is ``(n_series, n_days)``.

    Attributes:
        no_news: It begins nothing.
        lasts: It may go on, if something began.
        settled: Its bill is complete.
    """

    no_news: Flags
    lasts: Flags
    settled: Flags


def find(
    panel: Panel, settled: Flags, params: Detection, *, rate: float | None = None
) -> Alerts:
    """Judge every day of every series.

    Args:
        panel: The series.
        settled: ``(n_series, n_days)`` False where the export may be incomplete: what
            is missing there is no drop.
        params: As configured.
        rate: Share of normal days of each series that the seasonal score may call odd;
            None: what ``alerts_per_week`` has room for over all series.
    """
    with ThreadPoolExecutor(AT_ONCE) as threads:
        heard, spoken = hearing.hear(panel, params, threads)
        score = heard.seasonal.score
        rare = threads.submit(
            calibration.above,
            heard.weekends.score,
            step=weekends.STEP,
            window=weekends.WINDOW,
        )
        carried = tides.carried(panel, heard.seasonal, voices.is_usage(panel))
        resting = _resting(panel, heard.habit, carried)
        p_value = calibration.both_sides(score, days_off.of(panel).flags, threads)
        _leave_out_usual(panel, heard, p_value, params.seasonality.unit)
        no_news = habits.no_news(heard.habit, panel.accounts) | carried.is_quiet
        if rate is None:
            alike = tides.alike(carried, p_value, panel.accounts)
            told = _rare(panel, heard, p_value, no_news | alike, params)
        else:
            told = heard.material & (np.abs(score) >= BAND) & (p_value <= rate)
        expected = np.where(np.isnan(score), np.nan, heard.seasonal.expected)
        working = np.where(resting, np.nan, panel.costs)
        unit = params.seasonality.unit
        told &= ~repeats.is_repeat(working, expected, told, unit)
        is_on = _left_on(panel, heard, rare.result(), p_value, params)
        told |= is_on
        no_news &= ~is_on
        alerts = Alerts(
            expected=heard.seasonal.expected,
            low=heard.seasonal.low,
            high=heard.seasonal.high,
            score=score,
            p_value=p_value,
            opens=np.zeros(score.shape, dtype=np.int8),
            goes_on=np.zeros(score.shape, dtype=np.int8),
            tide=carried.sign,
            says={SEASONAL: told, **heard.says},
            at_usual_price=partial(_at_usual_price, panel, params),
        )
        lasts = heard.material & (p_value <= CONTINUES)
        verdict = Verdict(no_news, lasts, settled)
        answer = partial(_answer, panel, alerts, verdict)
        deque(threads.map(answer, hearing.parts(panel), spoken), maxlen=0)
    return alerts


def _at_usual_price(panel: Panel, params: Detection, rows: NDArray[np.int64]) -> Floats:
    return UnitPrice(params.prices).at_usual_price(panel.rows(rows))


def _leave_out_usual(
    panel: Panel, heard: Hearing, p_value: Floats, unit: float
) -> None:
    """Take back what thresholds say of days that are usual for their series."""
    asked = heard.says[THRESHOLDS] & ~heard.firm
    usual = p_value > rationing.USUAL
    usual |= repeats.is_repeat(panel.costs, heard.seasonal.expected, asked, unit)
    heard.says[THRESHOLDS] &= heard.firm | ~usual


def _rare(
    panel: Panel,
    heard: Hearing,
    p_value: Floats,
    begins_nothing: Flags,
    params: Detection,
) -> Flags:
    """Return the days that are rare enough for what people will read."""
    score = heard.seasonal.score
    told = rationing.told(
        p_value,
        heard.material,
        params.alerts_per_week,
        rationing.beginnings(_others(heard.says), panel.accounts),
        falls=score < 0,
        begins_nothing=begins_nothing,
    )
    told |= rationing.persists(p_value, heard.material, score)
    return told | rationing.plain(heard.material, score, params.alerts_per_week)


def _resting(panel: Panel, habit: Habit, carried: Carried) -> Flags:
    """Return the days off of each series, by a calendar or by what its account does.

    What they cost is no habit that excuses another day.
    """
    is_quiet = habits.per_account(carried.is_quiet, panel.accounts) > 0
    is_off = is_quiet | habits.days_off(habit, panel.accounts)
    return np.asarray(is_off[panel.accounts] | days_off.of(panel).flags)


def _others(says: dict[str, Flags]) -> Flags:
    """Return the days that are told however rare they are."""
    return np.asarray(np.logical_or.reduce([says[name] for name in hearing.OTHERS]))


def _left_on(
    panel: Panel,
    heard: Hearing,
    rare: Floats,
    p_value: Floats,
    params: Detection,
) -> Flags:
    """Return the Sundays of weekends that were left on, and say how rare they are."""
    sundays = weekends.sundays(panel)
    is_on = np.zeros(p_value.shape, dtype=np.bool_)
    worth = heard.material[:, sundays] | heard.material[:, sundays - 1]
    room = rationing.room(p_value, heard.material)[sundays]
    is_rare = rare <= rationing.LARGEST_WEEKEND * params.alerts_per_week * room
    told = heard.weekends.is_like_weekdays & worth & is_rare
    is_on[:, sundays] = told
    p_value[:, sundays] = np.where(
        told, np.fmin(p_value[:, sundays], rare), p_value[:, sundays]
    )
    return is_on


def _answer(
    panel: Panel,
    alerts: Alerts,
    verdict: Verdict,
    part: slice,
    spoken: dict[str, Spoken],
) -> None:
    """Make one answer of what all detectors say of some series."""
    no_news, lasts, settled = (flags[part] for flags in verdict)
    _choose(alerts, part, spoken)
    off = panel.costs[part] - alerts.expected[part]
    may_be = _may_be(panel.rows(part), settled, off)
    certain = _others({name: alerts.says[name][part] for name in hearing.OTHERS})
    anybody = certain | alerts.says[SEASONAL][part]
    is_news = anybody & (certain | ~no_news)
    alerts.opens[part] = np.where(is_news, may_be, 0)
    alerts.goes_on[part] = np.where(anybody | lasts, may_be, 0)


def _choose(alerts: Alerts, part: slice, spoken: dict[str, Spoken]) -> None:
    """Give odd days the scores of the first voice that speaks of them.

    What is there is the seasonal detector's, which every day has.
    """
    told = alerts.says[SEASONAL][part]
    for name in reversed(VOICES):
        if name == SEASONAL:
            continue
        rows, columns, scores = spoken[name]
        is_said = alerts.says[name][part][rows, columns]
        is_before = VOICES.index(name) < VOICES.index(SEASONAL)
        is_first = is_said & (is_before | ~told[rows, columns])
        for field in Scores.__slots__:
            days = getattr(alerts, field)[part]
            own = getattr(scores, field)
            days[rows, columns] = np.where(is_first, own, days[rows, columns])


def _may_be(panel: Panel, settled: Flags, off: Floats) -> Signs:
    """Return the direction in which each day may be an anomaly at all.

    Only use can fall: less unused commitment is good news, and so is less tax.
    """
    may_fall = settled & voices.is_usage(panel)[:, None]
    falls = (off < 0) & may_fall
    return np.asarray((off > 0).astype(np.int8) - falls.astype(np.int8))
