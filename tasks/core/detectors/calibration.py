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

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats

Singles = NDArray[np.float32]

# Days that are calibrated at once, from those before them, and how many those are.
STEP = 14
WINDOW = 182

# Shares of days below which the body of a series is known; beyond the last one is its
# tail, and beyond the first one that of the other side.
GRID = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
EDGE = 0.1

# What is believed of a series before anything is known: the quantiles of normal noise
# whose spread was estimated, and the mean excess over the last of them.
NORMAL = np.array([-1.5, -0.97, -0.6, -0.29, 0.0, 0.29, 0.6, 0.97, 1.5])
EXCESS = 0.6
# Days and excesses of its own against which the belief weighs as much.
BORROWED_DAYS = 28
BORROWED_EXCESSES = 4
SMALLEST_EXCESS = 0.1

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


@dataclass(frozen=True, slots=True)
class Body:
    """What days of each series are usually like.

    Attributes:
        quantiles: ``(n_series, len(GRID))``.
        above: ``(n_series,)`` mean excess over the last quantile.
        below: The same under the first one, positive.
    """

    quantiles: Floats
    above: Floats
    below: Floats

    def edge(self, sign: int) -> Floats:
        """Return where the tail of a side begins, in the sign of that side."""
        return self.quantiles[:, -1] if sign > 0 else -self.quantiles[:, 0]

    def excess(self, sign: int) -> Floats:
        """Return the mean excess of a side."""
        return self.above if sign > 0 else self.below


def p_values(score: Floats, *, step: int = STEP, window: int = WINDOW) -> PValues:
    """Return how rare each score is among those of earlier days.

    Args:
        score: ``(n_series, n_days)``, signed; NaN where a day was not judged.
        step: Days that are calibrated at once.
        window: Days before them that they are compared with.
    """
    above, below = np.empty(score.shape), np.empty(score.shape)
    for days, upper, lower in _steps(score, step, window):
        above[:, days], below[:, days] = upper, lower
    return PValues(above, below)


def both_sides(score: Floats, apart: Flags | None = None) -> Floats:
    """Return how rare each day is that may be odd on either side, as ``PValues.both``.

    It takes a third of the room. Days that are ``apart`` say nothing of others.
    """
    found = np.empty(score.shape)
    for days, upper, lower in _steps(score, STEP, WINDOW, apart):
        found[:, days] = PValues(upper, lower).both
    return found


def _steps(
    score: Floats, step: int, window: int, apart: Flags | None = None
) -> Iterator[tuple[slice, Floats, Floats]]:
    """Yield some days after the other, with how rare they are on either side."""
    kept = score.astype(np.float32)
    above, below = (_Side(sign, len(score), window // step) for sign in (1, -1))
    for first in range(0, score.shape[1], step):
        days = slice(first, first + step)
        today = kept[:, days].copy()
        body = _body(kept[:, max(0, first - window) : first])
        is_apart = np.zeros(today.shape[1], np.bool_) if apart is None else apart[days]
        upper, lower = (side.judge(body, today, is_apart) for side in (above, below))
        yield days, upper, lower
        for side in (above, below):
            kept[:, days] = side.calm(body, kept[:, days])
        kept[:, days][:, is_apart] = np.nan


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
        self.is_told: Flags = np.empty((series, 0), dtype=np.bool_)
        self.goes_on: Flags = np.empty((series, 0), dtype=np.bool_)

    def judge(self, body: Body, today: Singles, is_apart: Flags) -> Floats:
        """Return p-values of the next days, and remember those that are not apart."""
        edge, excess = body.edge(self.sign), body.excess(self.sign)
        over = ((self.sign * today - edge[:, None]) / excess[:, None]).astype(
            np.float32
        )
        p_value = _inside(body, self.sign * today, self.sign)
        is_out = over > 0
        p_value[is_out] = EDGE * _tail(self.pool).beyond(over[is_out])
        self._mark(p_value)
        is_quiet = is_out & ~self.is_told & ~self.goes_on & ~is_apart
        self.pool = [*self.pool[1 - self.steps :], over[is_quiet]]
        return p_value

    def calm(self, body: Body, today: Singles) -> Singles:
        """Return the days as they count for later ones."""
        self.often = [*self.often[1 - self.steps :], self.is_told.sum(axis=1)]
        is_rare = (np.sum(self.often, axis=0) < OFTEN)[:, None]
        most = body.edge(self.sign) + CAP * body.excess(self.sign)
        capped = self.sign * np.minimum(self.sign * today, most[:, None])
        calmed = np.where(is_rare & self.is_told, capped, today)
        calmed[is_rare & self.goes_on] = np.nan
        return calmed.astype(np.float32)

    def _mark(self, p_value: Floats) -> None:
        """Find the days that are told, and those that go on after one."""
        self.is_told = np.zeros(p_value.shape, dtype=np.bool_)
        self.goes_on = np.zeros(p_value.shape, dtype=np.bool_)
        for day, now in enumerate(p_value.T):
            is_in = self.since <= GAP_DAYS
            self.goes_on[:, day] = is_in & (now < GOES_ON)
            self.is_told[:, day] = ~is_in & (now < TOLD)
            is_odd = self.goes_on[:, day] | self.is_told[:, day]
            self.since = np.where(is_odd, 0, self.since + 1)


def _body(past: Singles) -> Body:
    """Return what the kept days of each series say, mixed with what all series say."""
    ordered = np.sort(past, axis=1)
    known = np.isfinite(past).sum(axis=1)
    rows = np.arange(len(past))[:, None]
    last = np.maximum(known - 1, 0)[:, None]
    if past.shape[1]:
        places = np.rint(GRID * last).astype(np.int64)
        own = np.where(known[:, None] > 0, ordered[rows, places], np.nan)
        own = own.astype(np.float64)
    else:
        own = np.full((len(past), len(GRID)), np.nan)
    whole = known >= BORROWED_DAYS
    usual = np.median(own[whole], axis=0) if whole.any() else NORMAL
    share = (known / (known + BORROWED_DAYS))[:, None]
    quantiles = np.where(known[:, None] > 0, own, 0.0) * share + usual * (1 - share)
    quantiles = np.asarray(quantiles, dtype=np.float64)
    edges = quantiles.astype(np.float32)
    above = _mean_excess(past - edges[:, -1:], whole)
    below = _mean_excess(edges[:, :1] - past, whole)
    return Body(quantiles, above, below)


def _mean_excess(over: Singles, whole: Flags) -> Floats:
    """Return each series' mean excess, mixed with that of all series."""
    count = (over > 0).sum(axis=1)
    total = np.fmax(over, 0.0).sum(axis=1)
    own = total / np.maximum(count, 1)
    usual = float(np.median(own[whole])) if whole.any() else EXCESS
    usual = max(usual, SMALLEST_EXCESS)
    mixed = (total + BORROWED_EXCESSES * usual) / (count + BORROWED_EXCESSES)
    return np.asarray(np.maximum(mixed, SMALLEST_EXCESS), dtype=np.float64)


def _inside(body: Body, today: Singles, sign: int) -> Floats:
    """Return the share of days as far out, for days that are not in the tail."""
    ends = body.quantiles if sign > 0 else -body.quantiles[:, ::-1]
    place = np.full(today.shape, -1)
    for end in ends.T:
        place += today > end[:, None]
    rows = np.arange(len(ends))[:, None]
    last = len(GRID) - 1
    low = ends[rows, np.maximum(place, 0)]
    high = ends[rows, np.minimum(place + 1, last)]
    way = np.clip((today - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
    # Between two ends the share falls evenly, from outside the other side on.
    share = 1.0 - GRID[np.maximum(place, 0)] - way * EDGE
    share = np.where(place < 0, 1.0, np.where(place == last, EDGE, share))
    return np.where(np.isfinite(today), share, np.nan)


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
