"""Intervals that cover what they claim: conformal, from rehearsed forecasts.

The error of a rehearsed sum is divided by how far sums of that length of the same
scope went wrong before. These ratios have no unit, so those of all scopes are pooled;
their quantiles, times the scope's own scale today, are the interval. Sums are
calibrated as sums: errors of neighbouring days go together, and do not average out.

Source: Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", Springer
2005; normalised errors as in Papadopoulos, Gammerman and Vovk, "Normalized
Nonconformity Measures for Regression Conformal Prediction", AIA 2008.
"""

from dataclasses import dataclass

import numpy as np

from tasks.core.detectors import Flags, Floats
from tasks.core.forecasting.calendar_days import Ints

LEVELS = (0.025, 0.1, 0.9, 0.975)

# Rehearsals whose errors weigh as much as those of all other scopes.
PRIOR = 4.0


@dataclass(frozen=True, slots=True)
class Errors:
    """What rehearsals got wrong, in units of what a scope costs a day.

    Attributes:
        lengths: ``(n_lengths,)`` days ahead, ascending.
        days: ``(n_rehearsals,)`` columns that were looked from, ascending.
        ratios: ``(n_scopes, n_rehearsals, n_lengths)`` actual less expected cost; NaN
            where the end is not known yet.
    """

    lengths: Ints
    days: Ints
    ratios: Floats


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far forecasts go wrong.

    Attributes:
        lengths: ``(n_lengths,)`` days ahead.
        scale: ``(n_scopes, n_lengths)`` usual error, in units of what a scope costs
            a day.
        pools: For each length the errors of all scopes in units of their usual
            error, ascending; at least one each.
    """

    lengths: Ints
    scale: Floats
    pools: tuple[Floats, ...]

    def usual_error(self, days_ahead: Ints) -> Floats:
        """Return ``(n_scopes, n_days)`` usual errors of these lengths."""
        return np.stack([self._between(row, days_ahead) for row in self.scale])

    def quantiles(self, days_ahead: Ints, levels: tuple[float, ...]) -> Floats:
        """Return ``(n_levels, n_days)``, the errors below which such a share lies."""
        at = np.array([_conformal(pool, levels) for pool in self.pools])
        return np.stack(
            [np.interp(days_ahead, self.lengths, column) for column in at.T]
        )

    def share_above(self, days_ahead: int, error: Floats) -> Floats:
        """Return the probability that an error of a length is larger than these."""
        last = len(self.lengths) - 1
        place = float(np.interp(days_ahead, self.lengths, np.arange(last + 1)))
        low, high = int(np.floor(place)), int(np.ceil(place))
        shares = [_above(self.pools[at], error) for at in (low, high)]
        return shares[0] + (place - low) * (shares[1] - shares[0])

    def _between(self, scale: Floats, days_ahead: Ints) -> Floats:
        within = np.interp(days_ahead, self.lengths, scale)
        # Beyond the longest rehearsal an error is taken to grow as it lasts.
        longest = self.lengths[-1]
        return within * np.maximum(days_ahead / longest, 1)


def calibrate(errors: Errors) -> Calibration:
    """Learn from rehearsals, each measured by those that had ended before it."""
    known = np.isfinite(errors.ratios)
    sizes = np.abs(np.where(known, errors.ratios, 0))
    pooled = _pooled(sizes, known)
    scale = np.empty((len(sizes), len(errors.lengths)))
    pools = []
    for place, length in enumerate(errors.lengths):
        has_ended = _ended(errors.days, int(length))
        before = _usual(
            sizes[:, :, place], known[:, :, place], has_ended, pooled[place]
        )
        scale[:, place] = before[:, -1]
        found = (errors.ratios[:, :, place] / before[:, :-1])[known[:, :, place]]
        pools.append(np.sort(found) if found.size else np.zeros(1))
    return Calibration(errors.lengths, scale, _filled(pools))


def _pooled(sizes: Floats, known: Flags) -> Floats:
    """Return the median scope's mean error of each length, at least a trifle."""
    count = known.sum(axis=1)
    means = np.where(count > 0, sizes.sum(axis=1) / np.maximum(count, 1), np.nan)
    found = [
        np.median(column[np.isfinite(column)]) if np.isfinite(column).any() else 0.0
        for column in means.T
    ]
    # Longer sums are never surer than shorter ones.
    return np.maximum(np.maximum.accumulate(np.array(found)), 1e-6)


def _ended(days: Ints, length: int) -> Ints:
    """Return, for each rehearsal and for today, how many had ended by then."""
    return np.searchsorted(days + length, np.append(days, days[-1] + length), "right")


def _usual(sizes: Floats, known: Flags, has_ended: Ints, prior: float) -> Floats:
    """Return ``(n_scopes, n_rehearsals + 1)`` usual errors; the last is today's."""
    nothing = np.zeros((len(sizes), 1))
    sums = np.concatenate([nothing, sizes.cumsum(axis=1)], axis=1)[:, has_ended]
    counts = np.concatenate([nothing, known.cumsum(axis=1)], axis=1)[:, has_ended]
    return (sums + PRIOR * prior) / (counts + PRIOR)


def _filled(pools: list[Floats]) -> tuple[Floats, ...]:
    """Give lengths that no rehearsal reached the pool of the longest that did."""
    longest = max((pool for pool in pools), key=len)
    return tuple(pool if len(pool) > 1 else longest for pool in pools)


def _conformal(pool: Floats, levels: tuple[float, ...]) -> Floats:
    """Return quantiles that one more error exceeds no more often than claimed."""
    n = len(pool)
    found = []
    for level in levels:
        rank = (n + 1) * level - 1
        outer = np.ceil(rank) if level > 0.5 else np.floor(rank)  # noqa: PLR2004
        found.append(pool[int(np.clip(outer, 0, n - 1))])
    return np.array(found)


def _above(pool: Floats, error: Floats) -> Floats:
    larger = len(pool) - np.searchsorted(pool, error, "right")
    return (larger + 0.5) / (len(pool) + 1)
