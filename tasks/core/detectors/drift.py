"""Slow movement: several weeks that all go the same way.

Known weakness: it needs the weeks to pass before it speaks; and a series that has grown
as fast all along is called normal, whatever it costs by now.
"""

import itertools

import numpy as np

from tasks.core.detection import Drift, Seasonality
from tasks.core.detectors import Floats, Panel, Scores, windows
from tasks.core.detectors.seasonal import from_scale, to_scale


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
        unit = self.seasonality.unit
        weeks = self.params.weeks
        scaled = to_scale(panel.costs, unit)
        level = windows.trailing_median(scaled, 7, least=4)
        marks = [windows.earlier(level, 7 * back) for back in range(weeks + 1)]
        steps = np.stack([newer - older for newer, older in itertools.pairwise(marks)])
        moved = marks[0] - marks[-1]
        before = windows.earlier(moved, 7 * weeks)
        usual = np.nan_to_num(np.where(moved > 0, before.clip(0), before.clip(None, 0)))
        is_steady = (np.sign(steps) == np.sign(moved)).all(axis=0) & (
            np.abs(steps).max(axis=0) <= self.params.largest_step * np.abs(moved)
        )
        bound = np.log1p(self.params.percent / 100)
        score = np.where(is_steady, (moved - usual) / bound, 0.0)
        is_judged = windows.age(panel.costs) >= self.seasonality.warm_up_days
        is_known = is_judged & np.isfinite(moved) & np.isfinite(panel.costs)
        score = np.where(is_known, score, np.nan)
        return self._with_band(scaled, level, marks[-1] + usual, score)

    def _with_band(
        self, scaled: Floats, level: Floats, start: Floats, score: Floats
    ) -> Scores:
        offset = windows.same_weekday_median(
            scaled - level, self.seasonality.weeks, least=2
        )
        expected = np.where(np.isnan(score), np.nan, start + np.nan_to_num(offset))
        reach = np.log1p(self.params.percent / 100)
        unit = self.seasonality.unit
        return Scores(
            from_scale(expected, unit),
            from_scale(expected - reach, unit),
            from_scale(expected + reach, unit),
            score,
        )
