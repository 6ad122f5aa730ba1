"""Slow movement: days that lead ever further away from where the series has been.

The last days are weighed like a line that rises from nothing, so that the newest count
most, and are held against a level of before: the median that the seasonal expectation
had when the window began. That one does not follow the movement as the expectation of
the day does. What counts is how far they lie beyond all levels of the weeks before, so
that a slow wave, or a return, is none; beyond how the series has grown all along; and
beyond what the length of a month explains.

Known weakness: what wanders for months reaches new levels without any cause; and in a
noisy series it takes as long as noise makes it, see docs/methods/drift.md. A movement
that is as well explained by one step is left to the other detectors.

Source:
    Page, "Continuous Inspection Schemes", Biometrika 41 (1954), for sums over the last
    days; Willsky and Jones, "A Generalized Likelihood Ratio Approach to the Detection
    and Estimation of Jumps in Linear Systems", IEEE Transactions on Automatic Control
    21 (1976), for windows of which the one that fits best speaks.
"""

from datetime import timedelta

import numpy as np

from tasks.core.detection.declaration import Drift, Seasonality
from tasks.core.detectors import (
    Flags,
    Floats,
    Panel,
    Scores,
    lines,
    monthly,
    movement,
    windows,
)
from tasks.core.detectors.movement import LAG, LONGEST, Before, Moved
from tasks.core.detectors.past import BACK, SUMMED, Past, Trail
from tasks.core.detectors.seasonal import Season, Seasonal, from_scale

# Days that are weighed; the window that tells more speaks. The last one is the longest.
WINDOWS = (LONGEST // 2, LONGEST)

# Spreads that one day may lie away from the expectation of the day.
CLIP = 4.0

# Days that a series must have: its window, and most of the weeks before.
WARM_UP_DAYS = 70

# How far a line from nothing has come by its last day, in the weighted means.
REACH = tuple(3 * n / (2 * n + 1) for n in WINDOWS)

# Share of what tells a drift that lets it go on, so many days after it was told.
GOES_ON = 0.5
APART = 3


class Drifting:
    """Weighs the last days against the levels of the weeks before."""

    name = "drift"

    def __init__(
        self, params: Drift | None = None, seasonality: Seasonality | None = None
    ) -> None:
        """Keep the parameters; the seasonality says on which scale costs are."""
        self.params = params or Drift()
        self.seasonality = seasonality or Seasonality()

    def score(self, panel: Panel) -> Scores:
        """Score each day by how far the last weeks have moved.

        Returns:
            ``score`` is the least of three: the movement in ``percent``, the evidence
            in ``evidence``, and how steep the days are; 1 is exactly enough, and 0
            where a step explains them better, or where it would be less than
            ``GOES_ON``. ``expected`` is the level before the longest window, grown as
            it grew before; it and its band are known where the score is not 0.
        """
        return self.scores(panel, Seasonal(self.seasonality).season(panel))

    def scores(
        self,
        panel: Panel,
        season: Season,
        kept: Past | None = None,
        trail: Trail | None = None,
    ) -> Scores:
        """Return the scores of a panel whose season is known already.

        Args:
            panel: The series; where days are kept, from ``kept.first`` on.
            season: What is normal for them.
            kept: What is kept of earlier days. Then the new days alone are scored.
            trail: Where to write what a later ``Past`` needs.
        """
        days, sums = _summed(season, kept)
        # Of days that are kept only those are looked at that a window reaches.
        width = days.shape[1] - BACK + SUMMED if kept else days.shape[1]
        whole = movement.is_whole(season.level)[:, -width:]
        before = Before(*(one[:, -width:] for one in movement.before(season.level)))
        near = season.newest(width)
        given = zip(
            lines.means(sums, WINDOWS),
            self._longer(panel, kept.first if kept else 0),
            WINDOWS,
            strict=True,
        )
        short, long = (
            movement.moved(mean, before, near.spread, n, longer[-width:])
            for mean, longer, n in given
        )
        score, apart = self._evident(short, long, near.spread, kept, trail)
        start = windows.earlier(before.level, LONGEST - 1)
        _only_steep(score, days[:, -width:], start, near.spread, kept)
        score = np.where(whole & _is_old(panel, width, kept), score, np.nan)
        if kept:
            score[:, :SUMMED] = kept.kept["held"]
        score = _held(score)
        grown = windows.earlier(before.growth, LONGEST - 1) * (LONGEST + LAG)
        expected = start + grown + near.offset + near.sure
        if trail is not None:
            first = kept.first if kept else 0
            trail.add("days", first, days)
            trail.add("restless", first, apart)
            trail.add("held", first + days.shape[1] - width, score)
            trail.add("plain", sums.first, sums.plain)
            trail.add("placed", sums.first, sums.placed)
        new = SUMMED if kept else 0
        return self._with_band(expected[:, new:], score[:, new:])

    def _evident(
        self,
        short: Moved,
        long: Moved,
        spread: Floats,
        kept: Past | None,
        trail: Trail | None,
    ) -> tuple[Floats, Floats]:
        """Return evidence and movement, and how far days lie from the level.

        What restlessness takes away is asked of those series alone that it may matter
        to; how far days lie off of all of them only where it is kept.
        """
        score = self._score(short, long, 1.0)
        may_be = np.abs(score) >= GOES_ON
        some = np.flatnonzero(may_be[:, SUMMED if kept else 0 :].any(axis=1))
        rows = np.arange(len(score)) if trail is not None else some
        apart = short.off[rows] / spread[rows]
        if kept:
            old = kept.kept["restless"][rows]
            apart = np.concatenate([old, apart[:, SUMMED:]], axis=1)
        usual = movement.restless(apart if trail is None else apart[some], kept)
        usual = usual[:, -score.shape[1] :]
        score[some] = self._score(short.only(some), long.only(some), usual)
        return score, apart

    def _longer(self, panel: Panel, first: int) -> list[Floats]:
        """Return what the length of months adds to each window.

        Args:
            panel: Names the days.
            first: Days before the panel, over which sums run as well.
        """
        share = monthly.share(panel.start - timedelta(first), first + panel.n_days)
        lengths = windows.earlier(
            windows.trailing_median(share, self.seasonality.level_days, least=1)
        )
        whole = lines.means(lines.running(share), WINDOWS)
        return [
            movement.longer(mean, lengths, n)
            for mean, n in zip(whole, WINDOWS, strict=True)
        ]

    def _score(self, short: Moved, long: Moved, usual: Floats | float) -> Floats:
        """Return the lesser of evidence and movement, each of what is asked of it."""
        is_short = np.abs(short.evidence) > np.abs(long.evidence)
        evidence = np.where(is_short, short.evidence, long.evidence)
        far = np.where(is_short, short.off * REACH[0], long.off * REACH[1])
        bound = np.log1p(self.params.percent / 100)
        evidence = evidence / (self.params.evidence * usual)
        least = np.minimum(np.abs(evidence), np.abs(far) / bound)
        return np.asarray(np.sign(evidence) * least)

    def _with_band(self, expected: Floats, score: Floats) -> Scores:
        reach = np.log1p(self.params.percent / 100)
        is_told = np.abs(score) > 0
        told = expected[is_told]

        def on_days(ends: Floats) -> Floats:
            days = np.full(score.shape, np.nan)
            days[is_told] = from_scale(ends, self.seasonality.unit)
            return days

        return Scores(
            on_days(told), on_days(told - reach), on_days(told + reach), score
        )


def _held(score: Floats) -> Floats:
    """Return the scores, at least 1 on days on which a drift that was told goes on."""
    held = score.copy()
    for row in np.flatnonzero((np.abs(score) >= 1).any(axis=1)):
        last, sign = -APART, 0.0
        for day in np.flatnonzero(np.abs(score[row]) >= GOES_ON):
            now = score[row, day]
            if abs(now) >= 1:
                last, sign = int(day), np.sign(now)
            elif day - last <= APART and np.sign(now) == sign:
                held[row, day], last = sign, int(day)
    return held


def _summed(season: Season, kept: Past | None) -> tuple[Floats, lines.Running]:
    """Return the days without weekday and month's edge, and running sums of them.

    In the sums wild days are brought nearer.
    """
    days, calm = season.level + season.surprise, _calm(season)
    if kept is None:
        return days, lines.running(calm)
    days = np.concatenate([kept.whole("days"), days[:, BACK:]], axis=1)
    old = lines.Running(kept.until - SUMMED, kept.kept["plain"], kept.kept["placed"])
    return days, lines.running(calm[:, BACK:], old)


def _only_steep(
    score: Floats, days: Floats, start: Floats, spread: Floats, kept: Past | None
) -> None:
    """Take scores back where a step explains the days better than a line."""
    asked = np.abs(score) >= GOES_ON
    if kept:
        asked[:, :SUMMED] = False
    slope = lines.steepness(days, start, spread, asked)
    score[~asked] = 0.0
    score[asked] = np.sign(score[asked]) * np.minimum(np.abs(score[asked]), slope)


def _is_old(panel: Panel, width: int, kept: Past | None) -> Flags:
    """Return which of the newest days are known, and have enough of them before."""
    age = windows.age(panel.costs)[:, -width:]
    if kept:
        age += kept.known[:, None]
    return (age >= WARM_UP_DAYS) & np.isfinite(panel.costs[:, -width:])


def _calm(season: Season) -> Floats:
    """Return each day without weekday and month's edge, wild ones brought nearer.

    A day that is not known is as its level was.
    """
    most = CLIP * season.spread
    off = np.nan_to_num(np.clip(season.surprise, -most, most))
    return np.asarray(np.nan_to_num(season.level + off))
