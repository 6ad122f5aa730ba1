"""How far the last days have moved from where the weeks before them were."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats, lines, windows
from tasks.core.detectors.past import BACK, Past

LONGEST = lines.WIDTH

# Twelve weeks before the window, whose levels it has to leave behind: each of these
# lags doubles the reach of a running maximum.
LAGS = (12, 24, 48)

# Days over each of which growth is measured.
MONTH = 28

# Days by which the level lags behind: it is a median over twice as many.
LAG = 10

# Spreads that the short window usually lies from the level before it, up to which the
# noise of single days explains it: 1.3 times what independent days give. Beyond, days
# hang together, and more evidence is asked for.
RESTLESS = 0.5

# Every such day is asked for that, and one number serves so many days.
SELDOM, SERVES = 4, 8


class Moved(NamedTuple):
    """What one window says of each day; both ``(n_series, n_days)``, signed.

    Attributes:
        evidence: How far its days lie beyond older levels, in their own noise.
        off: How far they lie from the level before them, on the scale.
    """

    evidence: Floats
    off: Floats

    def only(self, rows: NDArray[np.int64]) -> "Moved":
        """Return what it says of some series."""
        return Moved(self.evidence[rows], self.off[rows])


class Before(NamedTuple):
    """What was before each day, on the scale; all ``(n_series, n_days)``.

    Attributes:
        level: The level.
        high: The highest of the weeks before.
        low: The lowest.
        growth: How much a day adds as a rule.
    """

    level: Floats
    high: Floats
    low: Floats
    growth: Floats


def before(level: Floats) -> Before:
    """Return levels and growth of the weeks before each day."""
    high = low = level
    for lag in LAGS:
        high = np.fmax(high, windows.earlier(high, lag))
        low = np.fmin(low, windows.earlier(low, lag))
    lately = level - windows.earlier(level, MONTH)
    earlier = windows.earlier(lately, MONTH)
    # Growth is what two months in a row had in common.
    size = np.minimum(np.abs(lately), np.abs(earlier)) / MONTH
    is_same = np.sign(lately) == np.sign(earlier)
    growth = np.where(is_same, np.sign(lately) * size, 0.0)
    return Before(level, high, low, np.nan_to_num(growth))


def moved(mean: Floats, weeks: Before, spread: Floats, n: int, added: Floats) -> Moved:
    """Hold the last ``n`` days, weighed 1, 2, 3 …, against what was before them.

    Args:
        mean: ``(n_series, n_days)`` of the days, see ``_calm`` and ``lines.means``.
        weeks: What was before each of them.
        spread: The noise of a day.
        n: Days in the window.
        added: ``(n_days,)`` what the length of months adds to the window.
    """
    place = np.arange(1, n + 1)
    weight, square = float(place.sum()), float((place**2).sum())
    grown = weeks.growth * float((place * (place + LAG)).sum() / weight)
    high = windows.earlier(weeks.high + np.maximum(grown, 0.0), n - 1)
    low = windows.earlier(weeks.low + np.minimum(grown, 0.0), n - 1)
    high += np.maximum(added, 0.0)
    low += np.minimum(added, 0.0)
    beyond = mean - np.clip(mean, low, high)
    # The level is a median of 21 days, with the variance of 21 / 1.57 of them.
    noise = spread * np.sqrt(square / weight**2 + 1.57 / 21)
    off = mean - windows.earlier(weeks.level + grown, n - 1)
    return Moved(beyond / noise, off)


def restless(off: Floats, kept: Past | None) -> Floats:
    """Return how much more the last days usually lie apart than noise explains.

    One number serves some days, counted from the first one of all on.
    """
    first = -kept.first % SERVES if kept else 0
    some = np.abs(off[:, first::SELDOM])
    since = (BACK - first) // SELDOM - 2 if kept else 0
    typical = windows.trailing_median(
        some, 30, least=8, every=SERVES // SELDOM, since=since
    )
    days = np.repeat(typical, SELDOM, axis=1)[:, : off.shape[1] - first]
    return np.fmax(windows.earlier(days) / RESTLESS, 1.0)


def longer(share: Floats, level: Floats, n: int) -> Floats:
    """Return what months add to the last ``n`` days, beside the level before them."""
    added = share - windows.earlier(level, n - 1)
    return np.asarray(np.nan_to_num(added)[0])


def is_whole(level: Floats) -> Flags:
    """Return where the level is known on all days of the longest window."""
    known = np.cumsum(np.isfinite(level), axis=1)
    return np.asarray(
        known - windows.earlier(known.astype(np.float64), LONGEST) >= LONGEST
    )
