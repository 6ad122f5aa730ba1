"""How rare a score is: p-values from what scores were before.

A series is compared with its own past, and what that is too short to tell is taken from
all series together. The upper and the lower side are apart, and each has three parts:

* body: the share of the series' own earlier days that lay as far out;
* tail: beyond its own ``EDGE`` a score is stated in mean excesses over that edge,
  which makes series alike, and compared with the earlier excesses of all of them;
* far tail: where even those are few, a generalised Pareto tail goes on. It is fitted
  to quantiles that lie below the days that were told, so that leaving told days out
  does not make the tail look shorter than it is.

Days that go on after a told one are left out, and a told day counts for no more than
``CAP`` mean excesses: one anomaly does not make the next look usual, but a job that
comes again and again becomes usual.

Known weakness: the far tail has one shape for all series, so that p-values far below
one in a thousand are too small for the wildest series and too large for the calmest.

Source:
    Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005, for
    ranks among earlier scores; Siffer et al., "Anomaly Detection in Streams with
    Extreme Value Theory", KDD 2017, for the tail; Pickands, "Statistical Inference
    Using Extreme Order Statistics", Annals of Statistics 3 (1975), for its fit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats, bodies
from tasks.core.detectors.bodies import EDGE, Body, Singles

# Days that are calibrated at once, from those before them, and how many those are.
STEP = 14
WINDOW = 182

# Mean excesses that a day may count for, p-values of a told day and of one that goes on
# after it, and the days without any that end it.
CAP = 6.0
TOLD = 1e-4
GOES_ON = 0.02
GAP_DAYS = 2
# A series that was told so often within the window does such things.
OFTEN = 3

# Shares of the excesses to whose quantiles the far tail is fitted, each the one before
# divided by ``RATIO``; its shape where nothing is known, how many excesses that
# belief weighs, and the bounds of what is believed.
NEAR, MIDDLE, FAR = 0.25, 0.05, 0.01
RATIO = 5.0
SHAPE = 0.1
BELIEF = 500
SHAPES = (0.01, 0.5)


@dataclass(frozen=True, slots=True)
class PValues:
    """How rare each day is on either side; ``(n_series, n_days)``, NaN if unknown."""

    above: Floats
    below: Floats

    @property
    def both(self) -> Floats:
        """The p-value of a day that may be odd on either side."""
        return np.minimum(1.0, 2.0 * np.fmin(self.above, self.below))


@dataclass(frozen=True, slots=True)
class Tail:
    """How excesses of all series are spread.

    Attributes:
        excesses: Earlier ones, in ascending order.
        start: Excess from which the generalised Pareto tail goes on.
        scale: Its scale.
        shape: Its shape.
    """

    excesses: Singles
    start: float
    scale: float
    shape: float

    def beyond(self, excess: Singles) -> Floats:
        """Return the share of excesses that are as large."""
        count = len(self.excesses)
        larger = count - np.searchsorted(self.excesses, excess, side="left")
        reach = np.maximum(excess - self.start, 0.0) / self.scale
        far = MIDDLE * (1.0 + self.shape * reach) ** (-1.0 / self.shape)
        return np.where(excess > self.start, far, (larger + 1.0) / (count + 1.0))


def p_values(score: Floats, *, step: int = STEP, window: int = WINDOW) -> PValues:
    """Return how rare each score is among those of earlier days.

    Args:
        score: ``(n_series, n_days)``, signed; NaN where a day was not judged.
        step: Days that are calibrated at once.
        window: Days before them that they are compared with.
    """
    above, below = np.empty(score.shape), np.empty(score.shape)
    for now in _steps(score, step, window):
        for found, tail, sign in ((above, now.above, 1), (below, now.below, -1)):
            within = bodies.inside(now.body, sign * now.scores, sign)
            found[:, now.days] = np.where(np.isnan(tail), within, tail).T
    return PValues(above, below)


def above(score: Floats, *, step: int, window: int) -> Floats:
    """Return how rare each day is that may be odd by a high score alone."""
    found = np.empty(score.shape)
    for now in _steps(score, step, window):
        within = bodies.inside(now.body, now.scores, 1)
        found[:, now.days] = np.where(np.isnan(now.above), within, now.above).T
    return found


def both_sides(score: Floats, apart: Flags | None = None) -> Floats:
    """Return how rare each day is that may be odd on either side, as ``PValues.both``.

    It takes a third of the room, and asks of each day the one side that counts. Days
    that are ``apart`` say nothing of others.
    """
    found = np.empty(score.shape)
    for now in _steps(score, STEP, WINDOW, apart):
        tail = np.fmin(now.above, now.below)
        rare = np.where(np.isnan(tail), bodies.outward(now.body, now.scores), tail)
        found[:, now.days] = np.minimum(1.0, 2.0 * rare).T
    return found


class Step(NamedTuple):
    """Some days, a day in each row and a series in each column.

    Attributes:
        days: Their columns among all days.
        scores: What is asked.
        body: What is known of the series.
        above: How rare they are in the upper tail; NaN of a day that is not in it.
        below: The same of the lower tail.
    """

    days: slice
    scores: Singles
    body: Body
    above: Floats
    below: Floats


def _steps(
    score: Floats, step: int, window: int, apart: Flags | None = None
) -> Iterator[Step]:
    """Yield some days after the other, with how rare they are in either tail."""
    kept = score.astype(np.float32)
    sides = [_Side(sign, len(score), window // step) for sign in (1, -1)]
    for first in range(0, score.shape[1], step):
        days = slice(first, first + step)
        today = np.ascontiguousarray(kept[:, days].T)
        body = bodies.body(kept[:, max(0, first - window) : first])
        is_apart = np.zeros(len(today), np.bool_) if apart is None else apart[days]
        upper, lower = (side.judge(body, today, is_apart) for side in sides)
        yield Step(days, today, body, upper, lower)
        for side in sides:
            today = side.calm(body, today)
        today[is_apart] = np.nan
        kept[:, days] = today.T


class _Side:
    """One side of all series, from the oldest day on."""

    def __init__(self, sign: int, series: int, steps: int) -> None:
        self.sign = sign
        # Steps that are remembered, the next one among them.
        self.steps = steps
        self.pool: list[Singles] = []
        # Days since one was told or went on.
        self.since = np.full(series, GAP_DAYS + 1)
        self.often: list[NDArray[np.int64]] = []
        self.is_told: Flags = np.empty((0, series), dtype=np.bool_)
        self.goes_on: Flags = np.empty((0, series), dtype=np.bool_)

    def judge(self, body: Body, today: Singles, is_apart: Flags) -> Floats:
        """Return p-values of the next days in the tail, and remember their excesses.

        Those of days that are apart are not remembered.
        """
        edge, excess = body.edge(self.sign), body.excess(self.sign)
        over = ((self.sign * today - edge) / excess).astype(np.float32)
        is_out = over > 0
        p_value = np.full(today.shape, np.nan)
        p_value[is_out] = EDGE * _tail(self.pool).beyond(over[is_out])
        self._mark(p_value)
        is_quiet = is_out & ~self.is_told & ~self.goes_on & ~is_apart[:, None]
        self.pool = [*self.pool[1 - self.steps :], over[is_quiet]]
        return p_value

    def calm(self, body: Body, today: Singles) -> Singles:
        """Return the days as they count for later ones."""
        self.often = [*self.often[1 - self.steps :], self.is_told.sum(axis=0)]
        is_rare = np.sum(self.often, axis=0) < OFTEN
        most = body.edge(self.sign) + CAP * body.excess(self.sign)
        days, series = np.nonzero(is_rare & self.is_told)
        told = self.sign * today[days, series]
        calmed = today.copy()
        calmed[days, series] = self.sign * np.minimum(told, most[series])
        calmed[is_rare & self.goes_on] = np.nan
        return calmed

    def _mark(self, p_value: Floats) -> None:
        """Find the days that are told, and those that go on after one."""
        self.is_told = np.zeros(p_value.shape, dtype=np.bool_)
        self.goes_on = np.zeros(p_value.shape, dtype=np.bool_)
        for day, now in enumerate(p_value):
            is_in = self.since <= GAP_DAYS
            self.goes_on[day] = is_in & (now < GOES_ON)
            self.is_told[day] = ~is_in & (now < TOLD)
            is_odd = self.goes_on[day] | self.is_told[day]
            self.since = np.where(is_odd, 0, self.since + 1)


def _tail(pool: list[Singles]) -> Tail:
    """Fit the tail to the excesses so far."""
    excesses = np.sort(np.concatenate([np.empty(0, dtype=np.float32), *pool]))
    # Quantiles of a tail with a mean excess of one and the believed shape.
    scale = 1.0 - SHAPE
    near, middle, far = (
        scale * (share**-SHAPE - 1.0) / SHAPE for share in (NEAR, MIDDLE, FAR)
    )
    count = len(excesses)
    weight = count / (count + BELIEF)
    if count:
        own = np.quantile(excesses, [1 - NEAR, 1 - MIDDLE, 1 - FAR])
        near, middle, far = (
            weight * mine + (1 - weight) * believed
            for mine, believed in zip(own, (near, middle, far), strict=True)
        )
    ratio = (far - middle) / max(middle - near, 1e-9)
    shape = float(np.clip(np.log(ratio) / np.log(RATIO), *SHAPES))
    scale = shape * (far - middle) / (RATIO**shape - 1.0)
    return Tail(excesses, float(middle), float(scale), shape)
