"""Intervals that cover what they claim: conformal, from rehearsed forecasts.

The error of a rehearsed sum is divided by how far sums of that length of the same
scope went wrong before. These ratios have no unit, so those of all scopes are pooled;
their quantiles, times the scope's own scale today, are the interval. Where there are
enough, only days at the same place of their month are asked. Sums are
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
# With fewer errors from days that are like today, those of all days are asked.
ENOUGH = 100
TRIFLE = 1e-6

# How fast the chance of an error fades that is larger than any before.
TAIL = 4


@dataclass(frozen=True, slots=True)
class Errors:
    """What rehearsals got wrong, in units of what a scope costs a day.

    Attributes:
        lengths: ``(n_lengths,)`` days ahead, ascending.
        days: ``(n_rehearsals,)`` columns that were looked from, ascending.
        is_alike: ``(n_rehearsals,)`` True for days that lie in their months as today
            does: month ends go wrong in ways of their own.
        ratios: ``(n_scopes, n_rehearsals, n_lengths)`` actual less expected cost; NaN
            where the end is not known yet.
    """

    lengths: Ints
    days: Ints
    is_alike: Flags
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
        within: Floats = np.interp(days_ahead, self.lengths, scale)
        # Beyond the longest rehearsal an error is taken to grow as it lasts.
        longer: Floats = np.maximum(days_ahead / self.lengths[-1], 1)
        return within * longer


def calibrate(errors: Errors) -> Calibration:
    """Learn from rehearsals, each measured by those that had ended before it.

    Lengths that no rehearsal reached go as wrong as the longest that one did, for as
    much longer as they are.
    """
    known = np.isfinite(errors.ratios)
    sizes = np.abs(np.where(known, errors.ratios, 0))
    prior = TRIFLE
    scale = np.empty((len(sizes), len(errors.lengths)))
    pools: list[Floats] = []
    for place, length in enumerate(errors.lengths):
        is_known = known[:, :, place]
        if not is_known.any():
            reached = errors.lengths[max(place - 1, 0)]
            before = scale[:, place - 1] if place else np.ones(len(scale))
            scale[:, place] = before * length / max(reached, 1)
            pools.append(pools[-1] if pools else np.array([-1.0, 1.0]))
            continue
        # A longer sum is never surer than a shorter one.
        prior = max(prior, _typical(sizes[:, :, place], is_known))
        ended = _ended(errors.days, int(length))
        usual = _usual(sizes[:, :, place], is_known, ended, prior)
        scale[:, place] = usual[:, -1]
        found = errors.ratios[:, :, place] / usual[:, :-1]
        alike = found[is_known & errors.is_alike]
        pools.append(np.sort(alike if alike.size >= ENOUGH else found[is_known]))
    return Calibration(errors.lengths, scale, tuple(pools))


def _typical(sizes: Floats, known: Flags) -> float:
    """Return the mean error of the median scope."""
    count = known.sum(axis=1)
    asked = count > 0
    return float(np.median(sizes[asked].sum(axis=1) / count[asked]))


def _ended(days: Ints, length: int) -> Ints:
    """Return, for each rehearsal and for today, how many had ended by then."""
    return np.searchsorted(days + length, np.append(days, days[-1] + length), "right")


def _usual(sizes: Floats, known: Flags, has_ended: Ints, prior: float) -> Floats:
    """Return ``(n_scopes, n_rehearsals + 1)`` usual errors; the last is today's."""
    nothing = np.zeros((len(sizes), 1))
    sums = np.concatenate([nothing, sizes.cumsum(axis=1)], axis=1)[:, has_ended]
    counts = np.concatenate([nothing, known.cumsum(axis=1)], axis=1)[:, has_ended]
    return (sums + PRIOR * prior) / (counts + PRIOR)


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
    """Return the share of errors that are larger; beyond all of them it fades out."""
    larger = len(pool) - np.searchsorted(pool, error, "right")
    share: Floats = (larger + 0.5) / (len(pool) + 1)
    most, least = max(pool[-1], 0.0), min(pool[0], 0.0)
    over = np.where(error > most, (most / np.maximum(error, TRIFLE)) ** TAIL, 1.0)
    under = np.where(error < least, (least / np.minimum(error, -TRIFLE)) ** TAIL, 1.0)
    chance: Floats = share * over + (1 - share) * (1 - under)
    return chance
