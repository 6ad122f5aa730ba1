"""What every detector says of some series, whatever is worth a word.

All of it is about one series at a time, so that series are judged in parts, and what
was said of the days of a series stays true as long as those days do.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection import habits
from tasks.core.detection.declaration import Detection
from tasks.core.detection.habits import Habit
from tasks.core.detectors import Flags, Floats, Panel, Scores, days_off, weekends
from tasks.core.detectors.drift import Drifting
from tasks.core.detectors.novelty import NewScope
from tasks.core.detectors.past import Past, Trail
from tasks.core.detectors.prices import UnitPrice
from tasks.core.detectors.seasonal import Seasonal, from_scale
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


Rows = NDArray[np.int64]


class Spoken(NamedTuple):
    """What a detector says of days that it calls odd.

    Attributes:
        rows: Their series.
        columns: Their days.
        scores: What it makes of each, in the same order.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    scores: Scores

    def only(self, which: Flags | Rows | slice) -> "Spoken":
        """Return some of the days."""
        scores = (getattr(self.scores, name)[which] for name in Scores.__slots__)
        return Spoken(self.rows[which], self.columns[which], Scores(*scores))


@dataclass(frozen=True, slots=True)
class Heard:
    """What the detectors say; every array is ``(n_series, n_days)``.

    Attributes:
        seasonal: What the seasonal detector makes of each day. It does not say which
            are odd, as that depends on all series.
        spoken: By name of others, what they say of odd days. Columns are those of the
            panel.
        firm: Where a threshold is exceeded that asks for nothing else.
        excused: Days off on which nothing is odd.
        habit: What the series did before.
        weekends: What its weekends say.
        trail: What to keep of its days for later ones.
    """

    seasonal: Scores
    spoken: dict[str, Spoken]
    firm: Flags
    excused: Flags
    habit: Habit
    weekends: Weekends
    trail: Trail | None


def listen(
    panel: Panel,
    params: Detection,
    before: Past | None = None,
    *,
    is_kept: bool = False,
) -> Heard:
    """Ask every detector but that for new scopes about some series.

    Args:
        panel: The series.
        params: As configured.
        before: What is kept of earlier days; then the new ones alone are heard.
        is_kept: Whether a later ``Past`` is asked for.
    """
    trail = Trail({}, {}) if is_kept else None
    first, until = (before.first, before.until) if before else (0, 0)
    recent = panel.days_from(first) if before else panel
    new = panel.n_days - until
    detector = Seasonal(params.seasonality)
    season = detector.season(recent, before, trail)
    near = season.newest(new)
    seasonal = detector.scores(recent, near, before)
    drift = Drifting(params.drift, params.seasonality)
    exceeding = _by_thresholds(recent, season.high, params)
    score = seasonal.score
    if before:
        score = np.concatenate([before.whole("score"), score], axis=1)
    pairs = weekends.weekends(recent, season, score)
    n_pairs = int((weekends.sundays(recent) >= until - first).sum())
    if trail is not None:
        trail.add("score", first, score)
    habit = habits.habit(season)
    price = _newest(UnitPrice(params.prices).score(recent), new)
    return Heard(
        seasonal=seasonal,
        spoken={
            "thresholds": _spoken(_newest(exceeding, new), 1, until, is_signed=True),
            "unit_price": _spoken(price, OTHER_PRICE, until),
            "drift": _spoken(drift.scores(recent, season, before, trail), 1, until),
        },
        firm=_firm(recent, params)[:, -new:],
        # Whatever is expected of a day off, one that is excused is worth no word.
        excused=days_off.of(recent).flags[-new:] & (near.surprise == 0),
        habit=Habit(*(getattr(habit, name)[:, -new:] for name in Habit.__slots__)),
        weekends=Weekends(
            *(
                getattr(pairs, name)[:, pairs.score.shape[1] - n_pairs :]
                for name in Weekends.__slots__
            )
        ),
        trail=trail,
    )


def new_scopes(panel: Panel, floor: Floats, params: Detection) -> Spoken:
    """Return the first days of series that are news.

    Args:
        panel: The series.
        floor: ``(n_series, n_days)`` smallest deviation in money that is worth a word.
        params: As configured.
    """
    return _spoken(NewScope(floor, params.novelty).score(panel), 1, 0, is_signed=True)


def worth(
    panel: Panel, floor: Floats, params: Detection, name: str, said: Spoken
) -> Flags:
    """Return which days that a detector calls odd are worth a word, in their order.

    Args:
        panel: The series.
        floor: ``(n_series, n_days)`` smallest deviation in money that is.
        params: As configured.
        name: Of the detector.
        said: What it says.
    """
    place = said.rows, said.columns
    if name == "thresholds":
        return np.ones(len(said.rows), dtype=np.bool_)
    judged = is_judged(panel)[said.rows]
    if name == "new_scope":
        return judged
    expected, least = said.scores.expected, floor[place]
    off = np.abs(panel.costs[place] - expected)
    if name == "unit_price":
        return np.asarray(judged & (off >= PRICE_FLOOR * least))
    return judged & _is_material(off, expected, least, params)


def material(panel: Panel, expected: Floats, floor: Floats, params: Detection) -> Flags:
    """Return where the seasonal deviation is worth a word, ``(n_series, n_days)``."""
    off = np.abs(panel.costs - expected)
    judged = is_judged(panel)[:, None]
    return np.asarray(judged & _is_material(off, expected, floor, params))


def is_judged(panel: Panel) -> Flags:
    """Return which series may be anomalies at all, ``(n_series,)``."""
    return np.isin(panel.charge_kinds, [USAGE, COMMITMENT])


def _newest(scores: Scores, count: int) -> Scores:
    return Scores(*(getattr(scores, name)[:, -count:] for name in Scores.__slots__))


def _spoken(
    scores: Scores, bound: float, first: int, *, is_signed: bool = False
) -> Spoken:
    """Return the days whose score reaches a bound, the first column being ``first``."""
    size = scores.score if is_signed else np.abs(scores.score)
    rows, columns = np.nonzero(size >= bound)
    picked = (getattr(scores, field)[rows, columns] for field in Scores.__slots__)
    return Spoken(rows, columns + first, Scores(*picked))


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
    off: Floats, expected: Floats, floor: Floats, params: Detection
) -> Flags:
    percent = np.abs(expected) * params.floor_pct / 100
    return np.asarray((off >= floor) & (off >= percent))
