"""Which days stand out: several detectors, one answer.

The rule, measured in ``benchmarks/detection.py``: a day stands out when it deviates by
enough money and percent and one of these holds:

* its seasonal score is so rare that ``alerts_per_week`` has room for it
  (``rationing``);
* a configured threshold is exceeded (thresholds know their own floors);
* its series is new, its price moved, or its weeks drift.

A day that continues an anomaly needs less, which keeps one anomaly from becoming five.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import partial
from typing import NamedTuple

import numpy as np

from tasks.core.detectors import (
    Flags,
    Floats,
    Panel,
    Scores,
    calibration,
    weekends,
)
from tasks.core.findings import floors, habits, rationing, tides, voices
from tasks.core.findings.detection import Detection
from tasks.core.findings.tides import Signs
from tasks.core.findings.voices import Heard

# Whose expectation a day gets when several detectors speak of it, first one first.
VOICES = ("new_scope", "seasonal", "drift", "unit_price", "thresholds")

# Who speaks whether or not a level was there before.
CERTAIN = ("thresholds", "new_scope", "unit_price", "drift")

# p-value of a day that may continue an anomaly.
CONTINUES = 0.01

# Series that are judged at once, beside others.
PART = 256


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
        at_usual_price: The day's quantity at its usual price; NaN where unknown.
    """

    expected: Floats
    low: Floats
    high: Floats
    score: Floats
    p_value: Floats
    opens: Floats
    goes_on: Floats
    tide: Signs
    says: dict[str, Flags]
    at_usual_price: Floats


class Verdict(NamedTuple):
    """What depends on all series; every array is ``(n_series, n_days)``.

    Attributes:
        p_value: How rare a day is.
        told: It is rare enough to be told, and worth a word.
        no_news: It begins nothing.
        settled: Its bill is complete.
        tide: As in ``Alerts``.
    """

    p_value: Floats
    told: Flags
    no_news: Flags
    settled: Flags
    tide: Signs


def find(panel: Panel, settled: Flags, params: Detection) -> Alerts:
    """Judge every day of every series.

    Args:
        panel: The series.
        settled: ``(n_series, n_days)`` False where the export may be incomplete: what
            is missing there is no drop.
        params: As configured.
    """
    floor = floors.money_floor(panel, params)
    firsts = range(0, max(len(panel.costs), 1), PART)
    parts = [slice(first, first + PART) for first in firsts]
    panels = [panel.rows(part) for part in parts]
    with ThreadPoolExecutor() as threads:
        least = [floor[part] for part in parts]
        heard = list(threads.map(partial(voices.listen, params=params), panels, least))
        score = np.concatenate([one.scores["seasonal"].score for one in heard])
        pairs = np.concatenate([one.weekends.score for one in heard])
        rare = threads.submit(
            calibration.p_values, pairs, step=weekends.STEP, window=weekends.WINDOW
        )
        p_value = calibration.p_values(score).both
        material = np.concatenate([one.material for one in heard])
        told = rationing.told(p_value, material, params.alerts_per_week)
        is_on = _left_on(panel, heard, rare.result().above, p_value, params)
        told |= is_on
        habit = habits.joined([one.habit for one in heard])
        carried = tides.carried(
            score,
            [one.costs for one in panels],
            [one.scores["seasonal"] for one in heard],
            panel.accounts,
            voices.is_usage(panel),
        )
        no_news = habits.no_news(habit, panel.accounts) | carried.is_quiet
        no_news &= ~is_on
        verdicts = [
            Verdict(
                *(p_value[part], told[part], no_news[part], settled[part]),
                tide=carried.sign[part],
            )
            for part in parts
        ]
        answers = threads.map(_answer, panels, heard, verdicts)
        return _joined(list(answers))


def _answer(panel: Panel, heard: Heard, verdict: Verdict) -> Alerts:
    """Make one answer of what all detectors say of some series."""
    says = {"seasonal": verdict.told, **heard.says}
    chosen = _chosen(heard.scores, says)
    may_be = _may_be(panel, verdict.settled, panel.costs - chosen.expected)
    certain = np.logical_or.reduce([says[name] for name in CERTAIN])
    anybody = certain | verdict.told
    lasts = heard.material & (verdict.p_value <= CONTINUES)
    return Alerts(
        *(chosen.expected, chosen.low, chosen.high, chosen.score),
        p_value=verdict.p_value,
        opens=np.where(anybody & (certain | ~verdict.no_news), may_be, 0.0),
        goes_on=np.where(anybody | lasts, may_be, 0.0),
        tide=verdict.tide,
        says=says,
        at_usual_price=heard.scores["unit_price"].expected,
    )


def _left_on(
    panel: Panel,
    heard: Sequence[Heard],
    rare: Floats,
    p_value: Floats,
    params: Detection,
) -> Flags:
    """Return the Sundays of weekends that were left on, and say how rare they are."""
    sundays = weekends.sundays(panel)
    material = np.concatenate([one.material for one in heard])
    is_like = np.concatenate([one.weekends.is_like_weekdays for one in heard])
    is_on = np.zeros(p_value.shape, dtype=np.bool_)
    worth = material[:, sundays] | material[:, sundays - 1]
    told = (
        is_like & worth & (rare <= rationing.LARGEST_WEEKEND * params.alerts_per_week)
    )
    is_on[:, sundays] = told
    p_value[:, sundays] = np.where(
        told, np.fmin(p_value[:, sundays], rare), p_value[:, sundays]
    )
    return is_on


def _joined(parts: Sequence[Alerts]) -> Alerts:
    """Return the answers for all series, in the order of the parts."""
    whole = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Alerts)
        if field.name != "says"
    }
    says = {
        name: np.concatenate([part.says[name] for part in parts]) for name in VOICES
    }
    return Alerts(**whole, says=says)


def _chosen(scores: dict[str, Scores], says: dict[str, Flags]) -> Scores:
    """Return each day's scores by the first voice that speaks of it."""
    chosen = scores["seasonal"]
    for name in reversed(VOICES):
        speaks = says[name]
        own = scores[name]
        chosen = Scores(
            np.where(speaks, own.expected, chosen.expected),
            np.where(speaks, own.low, chosen.low),
            np.where(speaks, own.high, chosen.high),
            np.where(speaks, own.score, chosen.score),
        )
    return chosen


def _may_be(panel: Panel, settled: Flags, off: Floats) -> Floats:
    """Return the direction in which each day may be an anomaly at all.

    Only use can fall: less unused commitment is good news, and so is less tax.
    """
    may_fall = settled & voices.is_usage(panel)[:, None]
    return np.where(off > 0, 1.0, np.where((off < 0) & may_fall, -1.0, 0.0))
