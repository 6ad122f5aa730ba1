"""Medians of neighbouring windows of many series, by comparing whole arrays.

Windows that lie side by side share most of their days. Those of two days are put in
order once, by one minimum and one maximum of all days with the days before them; of
two such pairs windows of four days are made, and so on up to half the width. Of the
last step only the values in the middle are worked out. Each comparison is one call for
all windows, which the processor does several at a time.

Source:
    Batcher, "Sorting Networks and Their Applications", AFIPS 32 (1968), for merging.
"""

from collections.abc import Sequence
from functools import reduce

import numpy as np

from tasks.core.detectors import Floats


def of_windows(line: Floats, width: int, stride: int = 1) -> Floats:
    """Return the median of the window that ends at each place of a line.

    Args:
        line: ``(n,)`` numbers one after the other.
        width: Numbers in a window.
        stride: Places from one number of a window to the next.

    Returns:
        ``(n - (width - 1) * stride,)``, for the first full window and those after it;
        NaN where a window has a NaN in it.

    Examples:
        >>> of_windows(np.array([3.0, 1.0, 2.0, 8.0]), 3)
        array([2., 2.])
    """
    if width == 1:
        return line.copy()
    half = width // 2
    older, newer = _beside(_ordered(line, half, stride), half, stride)
    below, above = (_of_rank(older, newer, rank) for rank in (half - 1, half))
    if width % 2 == 0:
        return np.asarray(0.5 * (below + above))
    last = line[len(line) - len(below) + stride :]
    return np.maximum(below[:-stride], np.minimum(last, above[:-stride]))


def of_five(days: Sequence[Floats]) -> Floats:
    """Return the median of five arrays, place by place; NaN where one of them is.

    Examples:
        >>> of_five([np.array([one]) for one in (5.0, 1.0, 4.0, 2.0, 3.0)])
        array([3.])
    """
    one, two, three, four, five = days
    low, high = np.minimum(one, two), np.maximum(one, two)
    lower, higher = np.minimum(three, four), np.maximum(three, four)
    # The least of four, and the greatest, are not it.
    least, most = np.maximum(low, lower), np.minimum(high, higher)
    return np.asarray(
        np.maximum(np.minimum(least, most), np.minimum(np.maximum(least, most), five))
    )


def _ordered(line: Floats, width: int, stride: int) -> list[Floats]:
    """Return all windows in order: their smallest numbers, their second ones, …."""
    if width == 1:
        return [line]
    half = _ordered(line, width // 2, stride)
    pairs = _merged(*_beside(half, width // 2, stride))
    if width % 2 == 0:
        return pairs
    last = line[len(line) - len(pairs[0]) + stride :]
    return _merged([each[:-stride] for each in pairs], [last])


def _beside(
    windows: list[Floats], width: int, stride: int
) -> tuple[list[Floats], list[Floats]]:
    """Return windows, and those that begin where they end."""
    by = width * stride
    return [each[:-by] for each in windows], [each[by:] for each in windows]


def _merged(some: Sequence[Floats], others: Sequence[Floats]) -> list[Floats]:
    """Return two ordered lists as one."""
    if not some or not others:
        return [*some, *others]
    if len(some) == len(others) == 1:
        return [np.minimum(some[0], others[0]), np.maximum(some[0], others[0])]
    even, odd = _merged(some[::2], others[::2]), _merged(some[1::2], others[1::2])
    merged = [even[0]]
    for lower, upper in zip(odd, even[1:], strict=False):
        merged += [np.minimum(lower, upper), np.maximum(lower, upper)]
    return merged + odd[len(even) - 1 :] + even[len(odd) + 1 :]


def _of_rank(some: list[Floats], others: list[Floats], rank: int) -> Floats:
    """Return the number of a rank, from 0, of two ordered lists taken together.

    However many of the smallest come from the one list, the largest of them is no
    smaller than the number asked for; and for one way to divide them it is that one.
    """
    found = []
    for taken in range(max(0, rank + 1 - len(others)), min(rank + 1, len(some)) + 1):
        left = rank + 1 - taken
        ends = [*some[:taken][-1:], *others[:left][-1:]]
        found.append(reduce(np.maximum, ends))
    return reduce(np.minimum, found)
