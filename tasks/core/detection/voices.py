"""What every detector says of some series, floors respected.

All of it is about one series at a time, so that series are judged in parts.
"""

from dataclasses import dataclass

import numpy as np

from tasks.core.detection import habits
from tasks.core.detection.declaration import Detection
from tasks.core.detection.habits import Habit
from tasks.core.detectors import Flags, Floats, Panel, Scores, days_off, weekends
from tasks.core.detectors.drift import Drifting
from tasks.core.detectors.novelty import NewScope
from tasks.core.detectors.prices import UnitPrice
from tasks.core.detectors.scale import from_scale
from tasks.core.detectors.seasonal import Seasonal
from tasks.core.detectors.thresholds import Thresholds
from tasks.core.detectors.weekends import Weekends

# Charge kinds that may be anomalies. Credits, refunds, taxes, support and purchases
# follow invoices, not use; only configured thresholds watch them.
USAGE = "usage"
COMMITMENT = "commitment"

# Robust deviations from which a price stands out.
OTHER_PRICE = 6.0

# Share of the floor of money that is enough of a price: unlike a day's use, it stays.
PRICE_FLOOR = 0.5


@dataclass(frozen=True, slots=True)
class Heard:
    """What the detectors say; every array is ``(n_series, n_days)``.

    Attributes:
        scores: By detector's name.
        says: By detector's name, where it calls the day odd; the seasonal one does
            not say, as that depends on all series.
        firm: Where a threshold is exceeded that asks for nothing else.
        material: Where the seasonal deviation is worth a word.
        habit: What the series did before.
        weekends: What its weekends say.
    """

    scores: dict[str, Scores]
    says: dict[str, Flags]
    firm: Flags
    material: Flags
    habit: Habit
    weekends: Weekends


def listen(panel: Panel, floor: Floats, params: Detection) -> Heard:
    """Ask every detector about some series.

    Args:
        panel: The series.
        floor: ``(n_series, n_days)`` smallest deviation in money that is worth a word.
        params: As configured.
    """
    seasonal = Seasonal(params.seasonality)
    season = seasonal.season(panel)
    scores = {
        seasonal.name: seasonal.scores(panel, season),
        "drift": Drifting(params.drift, params.seasonality).scores(panel, season),
        "new_scope": NewScope(floor, params.novelty).score(panel),
        "unit_price": UnitPrice(params.prices).score(panel),
        "thresholds": _by_thresholds(panel, season.high, params),
    }
    judged = np.isin(panel.charge_kinds, [USAGE, COMMITMENT])[:, None]
    by_price = np.abs(panel.costs - scores["unit_price"].expected)
    says = {
        "thresholds": scores["thresholds"].score >= 1,
        "new_scope": judged & (scores["new_scope"].score >= 1),
        "unit_price": judged
        & (by_price >= PRICE_FLOOR * floor)
        & _reaches(scores["unit_price"], OTHER_PRICE),
        "drift": judged
        & _is_material(panel, scores["drift"], floor, params)
        & _reaches(scores["drift"], 1),
    }
    material = judged & _is_material(panel, scores[seasonal.name], floor, params)
    # Whatever is expected of a day off, one that is excused is worth no word.
    material &= ~(days_off.of(panel).flags & (season.surprise == 0))
    pairs = weekends.weekends(panel, season, scores[seasonal.name].score)
    habit = habits.habit(season, params.seasonality.warm_up_days)
    return Heard(scores, says, _firm(panel, params), material, habit, pairs)


def _by_thresholds(panel: Panel, high: Floats, params: Detection) -> Scores:
    """Return what thresholds say; NaN of series that cannot exceed any."""
    thresholds = Thresholds(params.thresholds)
    some = thresholds.may_exceed(panel.costs)
    usual = from_scale(high[some], params.seasonality.unit)
    own = thresholds.scores(panel.rows(some), usual)
    found = Scores(*(np.full(panel.costs.shape, np.nan) for _ in Scores.__slots__))
    for name in Scores.__slots__:
        getattr(found, name)[some] = getattr(own, name)
    return found


def _firm(panel: Panel, params: Detection) -> Flags:
    """Return where a threshold is exceeded that asks for nothing else."""
    rules = tuple(rule for rule in params.thresholds if not rule.unless_expected)
    if not rules:
        return np.zeros(panel.costs.shape, dtype=np.bool_)
    return np.asarray(Thresholds(rules).score(panel).score >= 1)


def is_usage(panel: Panel) -> Flags:
    """Return which series are use, ``(n_series,)``."""
    return np.array([kind == USAGE for kind in panel.charge_kinds], dtype=np.bool_)


def _is_material(
    panel: Panel, scores: Scores, floor: Floats, params: Detection
) -> Flags:
    off = np.abs(panel.costs - scores.expected)
    percent = np.abs(scores.expected) * params.floor_pct / 100
    return np.asarray((off >= floor) & (off >= percent))


def _reaches(scores: Scores, bound: float) -> Flags:
    return np.asarray(np.abs(scores.score) >= bound)
