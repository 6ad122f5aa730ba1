"""Fixed bounds per provider, as somebody configured them.

Known weakness: it knows no noise, and month ends only where ``unless_expected`` is set.
A bound that suits one service is noise for another, which is why the default bounds are
wide.
"""

import numpy as np
from numpy.typing import NDArray

from tasks.core.detection.declaration import Threshold
from tasks.core.detectors import Flags, Floats, Panel, Scores, windows
from tasks.core.detectors.windows import same_weekday_mean

# By what share of itself rounding may make a sum less.
ROUNDING = 1e-9


class Thresholds:
    """Compares each day with the mean of the same weekday of earlier weeks."""

    name = "thresholds"

    def __init__(self, rules: tuple[Threshold, ...]) -> None:
        """Keep the bounds; without any, every score is NaN."""
        self.rules = rules

    def may_exceed(self, costs: Floats) -> NDArray[np.int64]:
        """Return the series of which a day may exceed a bound.

        None does whose costs never lie as far apart as the least bound in money: the
        mean of earlier days is no less than the least of them.

        Args:
            costs: ``(n_series, n_days)``.
        """
        bounds = [
            np.inf if (rule.absolute, rule.percent) == (None, None) else rule.absolute
            for rule in self.rules
        ]
        least = min((bound or 0.0 for bound in bounds), default=np.inf)
        low, high = windows.extent(costs)
        size = np.maximum(np.abs(low), np.abs(high))
        return np.flatnonzero(high - low + ROUNDING * size >= least)

    def score(self, panel: Panel) -> Scores:
        """Score each day by how many times over a bound it is, whatever was expected.

        Returns:
            See ``scores``.
        """
        return self.scores(panel, np.full(panel.costs.shape, np.nan))

    def scores(self, panel: Panel, usual: Floats) -> Scores:
        """Score each day by how many times over a bound it is.

        Args:
            panel: The series.
            usual: ``(n_series, n_days)`` the most that is expected of a day, without
                noise; NaN where that is not known.

        Returns:
            ``score`` is the deviation divided by the bound, so 1 is exactly at it; of
            several rules the one that is exceeded most counts. A rule with both
            bounds is exceeded by the lesser of its two ratios. Days below the mean
            have the negative ratio.
        """
        best = _nowhere(panel.costs)
        for rule in self.rules:
            applies = _applies(rule, panel)
            ruled = _scored(rule, panel.costs, usual)
            better = applies[:, None] & ~(np.abs(ruled.score) <= np.abs(best.score))
            best = Scores(
                *(
                    np.where(better, new, old)
                    for new, old in zip(_fields(ruled), _fields(best), strict=True)
                )
            )
        return best


def _fields(scores: Scores) -> tuple[Floats, Floats, Floats, Floats]:
    return scores.expected, scores.low, scores.high, scores.score


def _nowhere(costs: Floats) -> Scores:
    return Scores(*(np.full(costs.shape, np.nan) for _ in range(4)))


def _applies(rule: Threshold, panel: Panel) -> Flags:
    return np.array(
        [
            rule.charge_kind == kind and rule.provider in (None, provider)
            for provider, kind in zip(panel.providers, panel.charge_kinds, strict=True)
        ],
        dtype=np.bool_,
    ).reshape(len(panel.costs))


def _scored(rule: Threshold, costs: Floats, usual: Floats) -> Scores:
    mean = same_weekday_mean(costs, rule.weeks, least=min(2, rule.weeks))
    if rule.unless_expected:
        mean = np.where(np.isfinite(usual), np.maximum(mean, usual), mean)
    bound = np.zeros(costs.shape)
    if rule.absolute is not None:
        bound = np.maximum(bound, rule.absolute)
    if rule.percent is not None:
        bound = np.maximum(bound, np.abs(mean) * rule.percent / 100)
    if rule.absolute is None and rule.percent is None:
        bound[:] = np.inf
    bound = np.where(np.isfinite(mean), np.maximum(bound, 1e-9), np.nan)
    return Scores(mean, mean - bound, mean + bound, (costs - mean) / bound)
