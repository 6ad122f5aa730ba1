"""The tails of scores: how rare what lies beyond the edge of a series is.

See ``calibration``, whose parts these are.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats
from tasks.core.detectors.bodies import EDGE, Body, Singles

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


class Pool:
    """Excesses of one side of all series, of so many newest steps."""

    def __init__(self, steps: int) -> None:
        """Begin without any; ``steps`` are remembered, the next one among them."""
        self.steps = steps
        self.by_step: list[Singles] = []

    def add(self, excesses: Iterable[Singles]) -> None:
        """Remember what the series had in one more step."""
        kept = self.by_step[1 - self.steps :]
        self.by_step = [*kept, np.concatenate(list(excesses))]

    def tail(self) -> Tail:
        """Fit the tail to the excesses so far."""
        excesses = np.sort(
            np.concatenate([np.empty(0, dtype=np.float32), *self.by_step])
        )
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


class Side:
    """One side of some series, from the oldest day on."""

    def __init__(self, sign: int, series: int, steps: int) -> None:
        """Begin on the first day; ``steps`` are remembered, the next one among them."""
        self.sign = sign
        self.steps = steps
        # Days since one was told or went on.
        self.since = np.full(series, GAP_DAYS + 1)
        self.often: list[NDArray[np.int64]] = []
        self.is_told: Flags = np.empty((0, series), dtype=np.bool_)
        self.goes_on: Flags = np.empty((0, series), dtype=np.bool_)
        # Excesses of the newest days that later ones are compared with.
        self.over: Singles = np.empty(0, dtype=np.float32)

    def judge(self, body: Body, today: Singles, is_apart: Flags, tail: Tail) -> Floats:
        """Return p-values of the next days in the tail, and keep their excesses.

        Those of days that are apart are not kept.
        """
        edge, excess = body.edge(self.sign), body.excess(self.sign)
        over = ((self.sign * today - edge) / excess).astype(np.float32)
        is_out = over > 0
        p_value = np.full(today.shape, np.nan)
        p_value[is_out] = EDGE * tail.beyond(over[is_out])
        self._mark(p_value)
        is_quiet = is_out & ~self.is_told & ~self.goes_on & ~is_apart[:, None]
        self.over = over[is_quiet]
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
