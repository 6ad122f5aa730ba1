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

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from tasks.core.detectors import Flags, Floats, bodies
from tasks.core.detectors.bodies import Body, Singles
from tasks.core.detectors.tails import Pool, Side, Tail

# Days that are calibrated at once, from those before them, and how many those are.
STEP = 14
WINDOW = 182

# Series that are worked on at a time, so that their days stay near the processor.
PART = 2048


@dataclass(frozen=True, slots=True)
class PValues:
    """How rare each day is on either side; ``(n_series, n_days)``, NaN if unknown."""

    above: Floats
    below: Floats

    @property
    def both(self) -> Floats:
        """The p-value of a day that may be odd on either side."""
        return np.minimum(1.0, 2.0 * np.fmin(self.above, self.below))


def p_values(score: Floats, *, step: int = STEP, window: int = WINDOW) -> PValues:
    """Return how rare each score is among those of earlier days.

    Args:
        score: ``(n_series, n_days)``, signed; NaN where a day was not judged.
        step: Days that are calibrated at once.
        window: Days before them that they are compared with.
    """
    above, below = np.empty(score.shape), np.empty(score.shape)

    def answer(rows: slice, now: Step) -> None:
        for found, tail, sign in ((above, now.above, 1), (below, now.below, -1)):
            within = bodies.inside(now.body, sign * now.scores, sign)
            found[rows, now.days] = np.where(np.isnan(tail), within, tail).T

    _walk(score, answer, step=step, window=window)
    return PValues(above, below)


def above(score: Floats, *, step: int, window: int) -> Floats:
    """Return how rare each day is that may be odd by a high score alone."""
    found = np.empty(score.shape)

    def answer(rows: slice, now: Step) -> None:
        within = bodies.inside(now.body, now.scores, 1)
        found[rows, now.days] = np.where(np.isnan(now.above), within, now.above).T

    _walk(score, answer, step=step, window=window)
    return found


def both_sides(
    score: Floats, apart: Flags | None = None, threads: Executor | None = None
) -> Floats:
    """Return how rare each day is that may be odd on either side, as ``PValues.both``.

    It takes a third of the room, and asks of each day the one side that counts. Days
    that are ``apart`` say nothing of others.
    """
    found = np.empty(score.shape)

    def answer(rows: slice, now: Step) -> None:
        tail = np.fmin(now.above, now.below)
        rare = np.where(np.isnan(tail), bodies.outward(now.body, now.scores), tail)
        found[rows, now.days] = np.minimum(1.0, 2.0 * rare).T

    each = threads.map if threads else map
    _walk(score, answer, step=STEP, window=WINDOW, apart=apart, each=each)
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


def _walk(
    score: Floats,
    answer: Callable[[slice, Step], None],
    *,
    step: int,
    window: int,
    apart: Flags | None = None,
    each: Callable[..., Iterable[Any]] = map,
) -> None:
    """Judge some days after the other, and answer for parts of the series.

    Of all series together only little is asked between: what is usual, and the tails.
    """
    kept = score.astype(np.float32)
    rows = bodies.parts(len(score), PART)
    sides = [
        [Side(sign, len(kept[part]), window // step) for sign in (1, -1)]
        for part in rows
    ]
    pools = [Pool(window // step) for _ in sides[0]]
    is_apart = np.zeros(score.shape[1], np.bool_) if apart is None else apart

    def judge(
        part: slice, both: list[Side], body: Body, first: int, tails: list[Tail]
    ) -> list[Singles]:
        days = slice(first, first + step)
        today = np.ascontiguousarray(kept[part, days].T)
        upper, lower = (
            side.judge(body, today, is_apart[days], tail)
            for side, tail in zip(both, tails, strict=True)
        )
        answer(part, Step(days, today, body, upper, lower))
        for side in both:
            today = side.calm(body, today)
        today[is_apart[days]] = np.nan
        kept[part, days] = today.T
        return [side.over for side in both]

    for first in range(0, score.shape[1], step):
        pasts = [kept[part, max(0, first - window) : first] for part in rows]
        known = bodies.bodies(pasts, each)
        tails = list(each(Pool.tail, pools))
        now = partial(judge, first=first, tails=tails)
        over = list(each(now, rows, sides, known))
        for pool, of_parts in zip(pools, zip(*over, strict=True), strict=True):
            pool.add(of_parts)
