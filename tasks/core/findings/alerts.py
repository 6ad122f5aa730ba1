"""Which days stand out: several detectors, one answer.

The rule, measured in ``benchmarks/detection.py``: a day stands out when it deviates by
enough money and percent and one of these holds:

* its seasonal score is so rare that ``alerts_per_week`` has room for it
  (``rationing``);
* a configured threshold is exceeded (thresholds know their own floors);
* its series is new, its price moved, or its weeks drift.

A day that continues an anomaly needs less, which keeps one anomaly from becoming five.
"""

from dataclasses import dataclass

import numpy as np

from tasks.core.detectors import Flags, Floats, Panel, Scores, calibration, windows
from tasks.core.detectors.drift import Drifting
from tasks.core.detectors.novelty import NewScope
from tasks.core.detectors.prices import UnitPrice
from tasks.core.detectors.seasonal import Season, Seasonal
from tasks.core.detectors.thresholds import Thresholds
from tasks.core.findings import rationing
from tasks.core.findings.detection import Detection

# Charge kinds that may be anomalies. Credits, refunds, taxes, support and purchases
# follow invoices, not use; only configured thresholds watch them.
USAGE = "usage"
COMMITMENT = "commitment"

# Whose expectation a day gets when several detectors speak of it, first one first.
VOICES = ("new_scope", "seasonal", "drift", "unit_price", "thresholds")

# p-value of a day that may continue an anomaly.
CONTINUES = 0.01

# Robust deviations within which a level is the same as an older one, and from which a
# price stands out.
SAME = 3.0
OTHER_PRICE = 6.0

# Days before a day on which an older level is looked up; the weekday is the same.
OLDER_LEVELS = (28, 56)

# How much cheaper the quietest weekday must be, on the logarithmic scale, for a series
# to rest at weekends; and how many such series must fall together for a holiday.
RESTS = 0.1
HOLIDAY_SHARE = 0.3
FEW = 3


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
    says: dict[str, Flags]
    at_usual_price: Floats


def find(panel: Panel, settled: Flags, params: Detection) -> Alerts:
    """Judge every day of every series.

    Args:
        panel: The series.
        settled: ``(n_series, n_days)`` False where the export may be incomplete: what
            is missing there is no drop.
        params: As configured.
    """
    seasonal = Seasonal(params.seasonality)
    season = seasonal.season(panel)
    floor = money_floor(panel, params)
    scores = {
        seasonal.name: seasonal.scores(panel, season),
        "drift": Drifting(params.drift, params.seasonality).score(panel),
        "new_scope": NewScope(floor, params.novelty).score(panel),
        "unit_price": UnitPrice(params.prices).score(panel),
        "thresholds": Thresholds(params.thresholds).score(panel),
    }
    p_value = calibration.p_values(scores["seasonal"].score).both
    says = _says(panel, scores, p_value, floor, params)
    chosen = _chosen(scores, says)
    may_be = _may_be(panel, settled, panel.costs - chosen.expected)
    anybody = np.logical_or.reduce(list(says.values()))
    is_usual = _is_usual(panel, season) & ~_is_certain(says)
    material = _is_material(panel, scores["seasonal"], floor, params)
    lasts = material & (p_value <= CONTINUES)
    return Alerts(
        *(chosen.expected, chosen.low, chosen.high, chosen.score),
        p_value=p_value,
        opens=np.where(anybody & ~is_usual, may_be, 0.0),
        goes_on=np.where(anybody | lasts, may_be, 0.0),
        says=says,
        at_usual_price=scores["unit_price"].expected,
    )


def money_floor(panel: Panel, params: Detection) -> Floats:
    """Return the smallest deviation worth a word, ``(n_series, n_days)``.

    It follows the size of the billing account, so that a small company hears of small
    sums and a large one does not.
    """
    accounts = int(panel.accounts.max(initial=-1)) + 1
    is_usage = np.array([kind == USAGE for kind in panel.charge_kinds], dtype=np.bool_)
    totals = np.zeros((accounts, panel.n_days))
    rows = is_usage.reshape(len(panel.costs))
    np.add.at(totals, panel.accounts[rows], np.nan_to_num(panel.costs[rows]))
    typical = windows.earlier(windows.trailing_median(totals, 28, least=1))
    share = np.nan_to_num(typical) * params.floor_share_pct / 100
    return np.asarray(np.maximum(share, params.floor_cost)[panel.accounts])


def _says(
    panel: Panel,
    scores: dict[str, Scores],
    p_value: Floats,
    floor: Floats,
    params: Detection,
) -> dict[str, Flags]:
    """Return where each detector calls a day odd, floors respected."""
    seasonal = scores["seasonal"]
    judged = np.isin(panel.charge_kinds, [USAGE, COMMITMENT])[:, None]
    material = judged & _is_material(panel, seasonal, floor, params)
    price_is_material = np.abs(panel.costs - scores["unit_price"].expected) >= floor
    return {
        "seasonal": rationing.told(p_value, material, params.alerts_per_week),
        "thresholds": scores["thresholds"].score >= 1,
        "new_scope": judged & (scores["new_scope"].score >= 1),
        "unit_price": judged
        & price_is_material
        & _reaches(scores["unit_price"], OTHER_PRICE),
        "drift": judged
        & _is_material(panel, scores["drift"], floor, params)
        & _reaches(scores["drift"], 1),
    }


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
    is_usage = np.array([kind == USAGE for kind in panel.charge_kinds], dtype=np.bool_)
    may_fall = settled & is_usage.reshape(len(panel.costs), 1)
    return np.where(off > 0, 1.0, np.where((off < 0) & may_fall, -1.0, 0.0))


def _is_usual(panel: Panel, season: Season) -> Flags:
    """Return where a day is new to the last weeks but not to the series.

    Two cases. The series returns to the level, or the weekday to the habit, that it
    had before: that is an end of something, and its beginning was told. Or it is a
    holiday.
    """
    reach = SAME * season.spread
    returned = np.zeros(season.scaled.shape, dtype=np.bool_)
    for back in OLDER_LEVELS:
        level = windows.earlier(season.level, back) + season.offset
        weekday = season.level + windows.earlier(season.offset, back)
        for older in (level, weekday):
            returned |= np.abs(season.scaled - older - season.sure) <= reach
    return np.asarray(returned | _is_holiday(panel, season, reach))


def _is_holiday(panel: Panel, season: Season, reach: Floats) -> Flags:
    """Return where a weekday lies between weekday and weekend, for a good reason.

    The reason is that much of the billing account rests on that day. An account with
    few series that rest at weekends cannot tell; there every day as cheap as a weekend
    is excused, but none that is dearer.
    """
    week = np.stack([windows.earlier(season.offset, back) for back in range(7)])
    quietest, busiest = np.fmin.reduce(week), np.fmax.reduce(week)
    is_within = (season.scaled >= season.level + quietest - reach) & (
        season.scaled <= season.level + busiest + reach
    )
    is_fall = season.scaled < season.low - reach
    rests = quietest <= -RESTS
    resting, able = _per_account(panel, is_fall & rests), _per_account(panel, rests)
    is_few = able < FEW
    is_day_off = ~is_few & (resting >= HOLIDAY_SHARE * able)
    return np.asarray(is_within & (is_day_off | (is_few & is_fall)))


def _per_account(panel: Panel, some: Flags) -> Floats:
    """Return how many series of its billing account are flagged, for each series."""
    accounts = int(panel.accounts.max(initial=-1)) + 1
    counts = np.zeros((accounts, panel.n_days))
    np.add.at(counts, panel.accounts, some)
    return np.asarray(counts[panel.accounts])


def _is_certain(says: dict[str, Flags]) -> Flags:
    """Return where somebody speaks who does not care for levels."""
    names = ("thresholds", "new_scope", "unit_price", "drift")
    return np.asarray(np.logical_or.reduce([says[name] for name in names]))


def _is_material(
    panel: Panel, scores: Scores, floor: Floats, params: Detection
) -> Flags:
    off = np.abs(panel.costs - scores.expected)
    percent = np.abs(scores.expected) * params.floor_pct / 100
    return np.asarray((off >= floor) & (off >= percent))


def _reaches(scores: Scores, bound: float) -> Flags:
    return np.asarray(np.abs(scores.score) >= bound)
