"""How long a season may be: what the calendar suggests, and what the values show."""

import numpy as np

from tasks.core.detectors import Floats

DAY = 86_400.0
WEEK = 7 * DAY

# A season of fewer points cannot be told from noise.
SHORTEST = 4

# Times that a length must fit into what is known before it is believed.
FITS = 3

# Correlation of the values with themselves, a season earlier, from which one is seen.
CORRELATED = 0.3

# Points after which the values are looked at again: each time twice as many.
FIRST_LOOK = 128

# Two lengths that differ by less than this share are the same.
ALIKE = 0.02


def suggested(step: float) -> tuple[int, ...]:
    """Return a day and a week in points, where the step divides them.

    Args:
        step: Seconds from one point to the next.

    Examples:
        >>> suggested(3_600)
        (24, 168)
        >>> suggested(86_400)
        (7,)
    """
    lengths = (round(span / step) for span in (DAY, WEEK))
    return tuple(length for length in lengths if length >= SHORTEST)


def looks(points: int) -> list[int]:
    """Return after how many points the values are looked at.

    Examples:
        >>> looks(600)
        [128, 256, 512]
    """
    found = []
    at = FIRST_LOOK
    while at < points:
        found.append(at)
        at *= 2
    return found


def found(values: Floats) -> int | None:
    """Return the length of the clearest season, or None where none is clear.

    It is where the autocorrelation, freed of what is missing and of the mean, has its
    highest peak.

    Args:
        values: ``(n_points,)`` of one series, NaN where unknown.

    Examples:
        >>> found(np.tile([0.0, 1.0, 5.0, 2.0, 1.0], 30))
        5
        >>> found(np.ones(100)) is None
        True
    """
    correlation = _autocorrelation(values)[: len(values) // FITS]
    if len(correlation) <= SHORTEST:
        return None
    before, here, after = correlation[:-2], correlation[1:-1], correlation[2:]
    is_peak = (here >= before) & (here > after) & (here >= CORRELATED)
    peaks = np.flatnonzero(is_peak) + 1
    peaks = peaks[peaks >= SHORTEST]
    if not peaks.size:
        return None
    # Multiples of a season correlate as well as it does: the shortest of the best.
    best = correlation[peaks].max()
    return int(peaks[correlation[peaks] >= best * (1 - ALIKE)][0])


def is_new(length: int, known: tuple[int, ...]) -> bool:
    """Return whether a length differs from all known ones."""
    return all(abs(length - other) > max(1.0, ALIKE * other) for other in known)


def _autocorrelation(values: Floats) -> Floats:
    known = np.isfinite(values)
    if not known.any():
        return np.empty(0)
    off = np.where(known, values - values[known].mean(), 0.0)
    if not np.ptp(off):
        return np.empty(0)
    size = 2 * len(off)
    products = np.fft.irfft(np.abs(np.fft.rfft(off, size)) ** 2)[: len(off)]
    pairs = np.fft.irfft(np.abs(np.fft.rfft(known, size)) ** 2)[: len(off)]
    each = products / np.maximum(pairs, 1.0)
    return np.asarray(each / each[0])
