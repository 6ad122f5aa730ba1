"""Slow movement: several weeks that all go the same way.

Known weakness: it needs the weeks to pass before it speaks; and a series that has grown
as fast all along is called normal, whatever it costs by now.
"""

import itertools

import numpy as np

from tasks.core.detectors import Flags, Floats, Panel, Scores, windows
from tasks.core.detectors.seasonal import (
    MAD_TO_SIGMA,
    Season,
    Seasonal,
    from_scale,
)
from tasks.core.findings.detection import Drift, Seasonality

DAYS_IN_WEEK = 7

# How far they must move, in deviations of a weekly median.
NOISE = 8.0

# Weeks before a movement whose levels it has to leave behind.
OLDER_WEEKS = 8


class Drifting:
    """Compares the medians of successive weeks."""

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
            ``score`` is the movement beyond that of the weeks before, divided by
            ``percent``, so 1 is exactly at it; 0 where the weeks do not all move one
            way or one of them moves most of it. ``expected`` is the level before the
            movement, grown as the weeks before it grew.
        """
        return self.scores(panel, Seasonal(self.seasonality).season(panel))

    def scores(self, panel: Panel, season: Season) -> Scores:
        """Return the scores of a panel whose season is known already."""
        weeks = self.params.weeks
        scaled, level = season.scaled, season.week
        marks = [windows.earlier(level, 7 * back) for back in range(weeks + 1)]
        steps = np.stack([newer - older for newer, older in itertools.pairwise(marks)])
        moved = marks[0] - marks[-1]
        usual = _usual(moved, 7 * weeks)
        is_steady = (
            (moved != 0)
            & (np.sign(steps) == np.sign(moved)).all(axis=0)
            & (np.abs(steps).max(axis=0) <= self.params.largest_step * np.abs(moved))
            & _leads_away(level, marks[-1], 7 * weeks)
            & (np.abs(moved) >= NOISE * _noise(scaled, level))
        )
        bound = np.log1p(self.params.percent / 100)
        score = np.where(is_steady, (moved - usual) / bound, 0.0)
        is_judged = windows.age(panel.costs) >= self.seasonality.warm_up_days
        is_known = is_judged & np.isfinite(moved) & np.isfinite(panel.costs)
        score = np.where(is_known, score, np.nan)
        expected = np.where(np.isnan(score), np.nan, marks[-1] + usual + season.offset)
        return self._with_band(expected, score)

    def _with_band(self, expected: Floats, score: Floats) -> Scores:
        reach = np.log1p(self.params.percent / 100)
        unit = self.seasonality.unit
        return Scores(
            from_scale(expected, unit),
            from_scale(expected - reach, unit),
            from_scale(expected + reach, unit),
            score,
        )


def _usual(moved: Floats, days: int) -> Floats:
    """Return how far the weeks before moved, where they moved the same way."""
    before = windows.earlier(moved, days)
    is_same = np.sign(before) == np.sign(moved)
    size = np.minimum(np.abs(before), np.abs(moved))
    return np.asarray(np.where(is_same, np.sign(moved) * size, 0.0))


def _leads_away(level: Floats, start: Floats, days: int) -> Flags:
    """Return where the level is one that the weeks before the movement never had.

    A level that comes back from an anomaly moves too, and is no drift.
    """
    highest = lowest = windows.earlier(level, days)
    for back in range(1, OLDER_WEEKS):
        older = windows.earlier(level, days + 7 * back)
        highest, lowest = np.fmax(highest, older), np.fmin(lowest, older)
    # How much of the way must lie beyond where the series has been.
    beyond = np.where(level > start, level - highest, lowest - level)
    return np.asarray(2 * beyond >= np.abs(level - start))


def _noise(scaled: Floats, level: Floats) -> Floats:
    """Return the noise of a weekly median, as a standard deviation."""
    off = windows.trailing_median(np.abs(scaled - level), 56, least=14, every=7)
    return np.asarray(MAD_TO_SIGMA * off / np.sqrt(DAYS_IN_WEEK))
