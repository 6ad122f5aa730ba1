"""Exact money in little room.

An amount of ``DECIMAL(38, 18)`` is a whole number of parts, of which a double knows the
first 16 digits or so. The number's lowest bits tell the rest: with the double and them
the amount is known to the last digit, in twelve bytes instead of twenty-four. That
holds up to ten thousand billion units, far beyond what anybody pays on a day.
"""

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Floats

PLACES = 18
PARTS: int = 10**PLACES

# A double of this size or more can be off by more parts than 32 bits tell apart.
LARGE = 2.0**22

# From here on a double does not count whole units with certainty.
HUGE = 2.0**50

# Amounts that are worked on at a time, so that they stay near the processor.
BLOCK = 8_192

Words = NDArray[np.uint64]
Bits = NDArray[np.uint32]


def doubles(words: Words) -> Floats:
    """Return amounts as the doubles that DuckDB makes of them.

    Args:
        words: ``(n, 2)`` the lower and the upper half of each number of parts, in
            two's complement.

    Returns:
        Whole units and the rest, each made a double, added.
    """
    found = np.empty(len(words))
    for first in range(0, len(words), BLOCK):
        part = slice(first, first + BLOCK)
        found[part] = _doubles(words[part, 0], words[part, 1].view(np.int64))
    return found


def _doubles(low: Words, high: NDArray[np.int64]) -> Floats:
    is_negative = high < 0
    size_low, size_high = low, high
    if is_negative.any():
        size_low = np.where(is_negative, ~low + np.uint64(1), low)
        size_high = np.where(is_negative, ~high + (low == 0), high)
    near = (size_high * 2.0**64 + size_low) / PARTS
    whole = np.minimum(near, HUGE).astype(np.int64)
    # Numbers go round at 2**64, so the rest is right although both are cut off.
    rest = size_low.view(np.int64) - whole * PARTS
    step = (rest >= PARTS).astype(np.int64) - (rest < 0)
    whole += step
    rest -= step * PARTS
    found = whole + rest / PARTS
    if is_negative.any():
        minus = _negative(whole) + _negative(rest) / PARTS
        found = np.where(is_negative, minus, found)
    for place in np.flatnonzero(near >= HUGE):
        found[place] = _double(int(low[place]) + (int(high[place]) << 64))
    return np.asarray(found)


def amount(double: float, low: int, middle: int = 0) -> Decimal:
    """Return the amount of which a double and the lowest bits are known.

    Args:
        double: What ``doubles`` made of it.
        low: The lowest 32 bits of its number of parts, in two's complement.
        middle: The 32 bits above them; only looked at where the amount is large.

    Examples:
        >>> amount(0.1, 10**17 % 2**32)
        Decimal('0.100000000000000000')
    """
    numerator, denominator = double.as_integer_ratio()
    near = numerator * PARTS // denominator
    is_large = abs(double) >= LARGE
    width = 2 ** (64 if is_large else 32)
    known = low + (middle << 32) if is_large else low
    off = (known - near) % width
    parts = near + (off - width if 2 * off >= width else off)
    digits = tuple(map(int, str(abs(parts))))
    return Decimal((int(parts < 0), digits, -PLACES))


def _negative(sizes: NDArray[np.int64]) -> Floats:
    """Return doubles of numbers below zero, rounded as DuckDB rounds them."""
    return np.where(sizes > 0, -(sizes - 1).astype(np.float64) - 1.0, 0.0)


def _double(parts: int) -> float:
    whole, rest = abs(parts) // PARTS, abs(parts) % PARTS
    if parts >= 0:
        return float(whole) + float(rest) / PARTS
    below = -float(rest - 1) - 1.0 if rest else 0.0
    return -float(whole - 1) - 1.0 + below / PARTS
