"""A robust expectation that knows the weekday, the month end and the level.

Works on a scale that is linear for small and logarithmic for large costs, so that a
series may grow without its noise growing on that scale, and may still be zero.

Known weaknesses: a slow drift moves the level and is seen late (``drift`` looks for
it); a job that runs every other week, or on the third Tuesday, surprises it each time
until its noise is counted as spread; a series younger than ``warm_up_days`` is not
judged.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tasks.core.detection.declaration import Seasonality
from tasks.core.detectors import Floats, Panel, Scores, days_off, monthly, windows
from tasks.core.detectors.monthly import Apart
from tasks.core.detectors.scale import from_scale, to_scale

# Scales the median absolute deviation to the standard deviation of a normal
# distribution: 1 / Φ⁻¹(3/4).
MAD_TO_SIGMA = 1.4826

# Days before the first level and spread for which those stand in, where the same day of
# a later month looks back: fewer than the shortest month has, so that it is known then.
MOST_YOUNG = 27

# The band that is shown reaches this many spreads to either side.
BAND = 3.0


@dataclass(frozen=True)
class Season:
    """What is normal for each day, on the scale; arrays are ``(n_series, n_days)``.

    What is worked out of them is kept, for several ask; hence no slots.

    Attributes:
        scaled: The day itself.
        week: Median of the last seven days, the day itself among them.
        level: Level of the days before it, free of the weekday.
        offset: What its weekday adds.
        sure: What its place in the month adds, and that it is a day off.
        below: What either may take away; not positive.
        above: What either may add; not negative.
        spread: Noise of the days before it, as a standard deviation.
    """

    scaled: Floats
    week: Floats
    level: Floats
    offset: Floats
    sure: Floats
    below: Floats
    above: Floats
    spread: Floats

    @cached_property
    def centre(self) -> Floats:
        """The expectation."""
        return self.level + self.offset + self.sure

    @cached_property
    def low(self) -> Floats:
        """Lower end of what is normal without any noise."""
        return self.centre + self.below

    @cached_property
    def high(self) -> Floats:
        """Upper end of what is normal without any noise."""
        return self.centre + self.above

    @cached_property
    def surprise(self) -> Floats:
        """How far the day lies beyond either end."""
        return self.scaled - np.clip(self.scaled, self.low, self.high)

    def with_effect(self, sure: Floats, below: Floats, above: Floats) -> "Season":
        """Return the season with what else adds to its days."""
        return replace(
            self,
            sure=self.sure + sure,
            below=self.below + below,
            above=self.above + above,
        )


class Seasonal:
    """Robust z-score against level, weekday and position in the month."""

    name = "seasonal"

    def __init__(self, params: Seasonality | None = None) -> None:
        """Keep the parameters; see ``Seasonality`` for what they mean."""
        self.params = params or Seasonality()

    def score(self, panel: Panel) -> Scores:
        """Score each day in robust deviations from its expectation.

        Returns:
            ``score`` is a signed robust z-score. Where a day lies between what its
            weekday and what its place in the month suggest, it is 0.
        """
        return self.scores(panel, self.season(panel))

    def scores(self, panel: Panel, season: Season) -> Scores:
        """Return the scores of a panel whose season is known already."""
        unit = self.params.unit
        reach = BAND * season.spread
        is_judged = windows.age(panel.costs) >= self.params.warm_up_days
        return Scores(
            expected=from_scale(season.centre, unit),
            low=from_scale(season.low - reach, unit),
            high=from_scale(season.high + reach, unit),
            score=np.where(is_judged, season.surprise / season.spread, np.nan),
        )

    def season(self, panel: Panel) -> Season:
        """Return what is normal for each day, from earlier days alone."""
        params = self.params
        scaled = to_scale(panel.costs, params.unit)
        off = days_off.of(panel)
        plain = off.left_out(scaled)
        week = windows.trailing_median(plain, 7, least=4)
        offset = windows.same_weekday_median(plain - week, params.weeks, least=2)
        offset = np.nan_to_num(offset)
        level = windows.earlier(
            windows.trailing_median(
                plain - offset, params.level_days, least=params.level_days // 2
            )
        )
        # What goes on and off has a level and a weekday that may be of different sorts.
        bounded = np.clip(level + offset, *windows.reached(plain)) - level
        offset = np.where(np.isfinite(bounded), bounded, offset)
        base = windows.known_from(level, MOST_YOUNG) + offset
        apart = Apart(plain - base, base, params.unit)
        sure, maybe = monthly.edges(panel, apart, params.months)
        shorter = monthly.length(panel, params.level_days)
        below = np.minimum(np.minimum(maybe, shorter), 0.0)
        above = np.maximum(np.maximum(maybe, shorter), 0.0)
        quiet = np.ones(scaled.shape)
        season = Season(scaled, week, level, offset, sure, below, above, quiet)
        # Where a range is excused the rest of a deviation says little of the noise.
        is_plain = below == above
        noise = off.left_out(np.where(is_plain, season.surprise, np.nan))
        season = replace(season, spread=self._spread(noise))
        spread = windows.known_from(season.spread, MOST_YOUNG)
        season = season.with_effect(*monthly.jobs(panel, apart, spread, sure))
        if not off.names:
            return season
        free = days_off.effect(off, panel, scaled, offset, season.sure)
        return season.with_effect(*free)

    def _spread(self, surprise: Floats) -> Floats:
        """Return the noise of the days before each day, all weekdays pooled.

        One weekday alone has too few days: a spread from eight values calls one
        normal day in thirty an outlier at four deviations.
        """
        params = self.params
        typical = windows.trailing_median(
            np.abs(surprise),
            params.spread_days,
            least=params.level_days // 2,
            every=7,
        )
        spread = MAD_TO_SIGMA * windows.earlier(typical)
        return np.maximum(spread, params.smallest_spread)
