"""Days judged some after the other, each from those before it.

A walk may go on where an earlier one stood: it needs the newest scores of each series
as they count, how long ago each was told, and the excesses of all series.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats, bodies
from tasks.core.detectors.bodies import Body, Singles
from tasks.core.detectors.tails import GAP_DAYS, Pool, Side, Tail

# Series that are worked on at a time, so that their days stay near the processor.
PART = 2048

SIDES = ("up", "down")

# What is kept of each series, see ``Walk.leave``; and of all series together.
ROWS = (
    "p_value",
    "walk_scores",
    *(f"walk_{what}_{side}" for side in SIDES for what in ("since", "often")),
)

Arrays = Mapping[str, NDArray[Any]]


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


@dataclass(frozen=True, slots=True)
class GoingOn:
    """What an earlier walk left.

    Attributes:
        until: Column of the first day that it did not judge.
        rows: Returns what it left of some series, ``ROWS`` by name, and where that is
            sound.
        is_known: ``(n_series,)`` of which series it left anything; the others had no
            score before ``until``.
        together: What it left of all series.
    """

    until: int
    rows: Callable[[slice], tuple[Arrays, Flags]]
    is_known: Flags
    together: Arrays


@dataclass(slots=True)
class Leaving:
    """What a walk leaves for a later one.

    Attributes:
        until: Column before which it stands then.
        keep: Keeps what it leaves of some series, ``ROWS`` by name.
        together: What it leaves of all series, once it is there.
    """

    until: int
    keep: Callable[[slice, Arrays], None]
    together: dict[str, NDArray[Any]] = field(default_factory=dict)


class Walk:
    """A walk over the days of all series.

    Of all series together only little is asked between: what is usual, and the tails.
    """

    def __init__(
        self,
        score: Floats,
        *,
        step: int,
        window: int,
        apart: Flags | None = None,
        each: Callable[..., Iterable[Any]] = map,
    ) -> None:
        """Begin on the first day.

        Args:
            score: ``(n_series, n_days)``, signed; NaN where a day was not judged.
            step: Days that are judged at once.
            window: Days before them that they are compared with.
            apart: ``(n_days,)`` days that say nothing of others.
            each: ``map``, or what does the same on several threads.
        """
        self.score, self.step, self.window, self.each = score, step, window, each
        self.is_apart = np.zeros(score.shape[1], np.bool_) if apart is None else apart
        self.rows = bodies.parts(len(score), PART)
        self._begin()

    def _begin(self) -> None:
        steps = self.window // self.step
        self.first = 0
        self.kept = self.score.astype(np.float32)
        self.sides = [
            [Side(sign, len(self.kept[part]), steps) for sign in (1, -1)]
            for part in self.rows
        ]
        self.pools = [Pool(steps) for _ in SIDES]

    def go_on(self, going: GoingOn, p_value: Floats) -> None:
        """Begin where an earlier walk stood, unless what it left is broken.

        Args:
            going: What it left.
            p_value: ``(n_series, n_days)``, written to for the days before.
        """
        enter = partial(self._enter, going, p_value)
        if not all(self.each(enter, self.rows, self.sides)):
            self._begin()
            return
        self.first = going.until
        for pool, side in zip(self.pools, SIDES, strict=True):
            ends = np.cumsum(going.together[f"walk_steps_{side}"])[:-1]
            pool.by_step = np.split(going.together[f"walk_excesses_{side}"], ends)

    def _enter(
        self, going: GoingOn, p_value: Floats, part: slice, both: list[Side]
    ) -> bool:
        left, is_sound = going.rows(part)
        known = going.is_known[part]
        if not is_sound[known].all():
            return False
        scores, until = left["walk_scores"], going.until
        recent = slice(until - scores.shape[1], until)
        self.kept[part, recent] = np.where(known[:, None], scores, np.nan)
        p_value[part, :until] = np.where(known[:, None], left["p_value"], np.nan)
        for side, name in zip(both, SIDES, strict=True):
            since = left[f"walk_since_{name}"][:, 0]
            side.since = np.where(known, since, GAP_DAYS + 1 + until)
            often = np.where(known[:, None], left[f"walk_often_{name}"], 0)
            side.often = list(often.T.astype(np.int64))
        return True

    def answer(
        self,
        answer: Callable[[slice, Step], None],
        leave: Callable[[], None] | None = None,
        until: int = -1,
    ) -> None:
        """Judge all days from here on, and answer for parts of the series.

        Args:
            answer: Is told of each part and step.
            leave: Is called where the walk stands before a column …
            until: … which is this one.
        """
        for first in range(self.first, self.score.shape[1], self.step):
            if leave and first == until:
                leave()
            back = max(0, first - self.window)
            pasts = [self.kept[part, back:first] for part in self.rows]
            known = bodies.bodies(pasts, self.each)
            tails = list(self.each(Pool.tail, self.pools))
            now = partial(self._judge, answer, first=first, tails=tails)
            over = list(self.each(now, self.rows, self.sides, known))
            for pool, of_parts in zip(self.pools, zip(*over, strict=True), strict=True):
                pool.add(of_parts)

    def leave(self, leaving: Leaving, p_value: Floats) -> None:
        """Leave what a later walk needs to go on from here."""
        until = leaving.until
        back = max(0, until - self.window)

        def keep(part: slice, both: list[Side]) -> None:
            found: dict[str, NDArray[Any]] = {
                "p_value": p_value[part, :until],
                "walk_scores": self.kept[part, back:until],
            }
            for side, name in zip(both, SIDES, strict=True):
                often = np.stack(side.often, axis=1).astype(np.uint8)
                found[f"walk_since_{name}"] = side.since[:, None]
                found[f"walk_often_{name}"] = often
            leaving.keep(part, found)

        list(self.each(keep, self.rows, self.sides))
        for pool, name in zip(self.pools, SIDES, strict=True):
            lengths = np.array([len(step) for step in pool.by_step])
            leaving.together[f"walk_steps_{name}"] = lengths
            excesses = np.concatenate(pool.by_step)
            leaving.together[f"walk_excesses_{name}"] = excesses

    def _judge(
        self,
        answer: Callable[[slice, Step], None],
        part: slice,
        both: list[Side],
        body: Body,
        *,
        first: int,
        tails: list[Tail],
    ) -> list[Singles]:
        days = slice(first, first + self.step)
        apart = self.is_apart[days]
        today = np.ascontiguousarray(self.kept[part, days].T)
        upper, lower = (
            side.judge(body, today, apart, tail)
            for side, tail in zip(both, tails, strict=True)
        )
        answer(part, Step(days, today, body, upper, lower))
        for side in both:
            today = side.calm(body, today)
        today[apart] = np.nan
        self.kept[part, days] = today.T
        return [side.over for side in both]
