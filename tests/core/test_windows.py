"""Medians of windows: worked out together, they are those of each window alone."""

import numpy as np
import pytest

from tasks.core.detectors import windows

DAYS = 90


def some(share_unknown):
    """Draw more series than are lined up at once, with ties."""
    rng = np.random.default_rng(1)
    days = rng.integers(0, 9, (70, DAYS)) / 4
    days[rng.random(days.shape) < share_unknown] = np.nan
    return days


def median(known, least):
    """Return the median of what is known of one window."""
    known = known[np.isfinite(known)]
    return np.median(known) if len(known) >= least else np.nan


@pytest.mark.parametrize("share_unknown", [0.0, 0.03, 0.7])
@pytest.mark.parametrize("width", [2, 3, 7, 12, 21, 28])
def test_as_of_each_window_alone(share_unknown, width):
    """Neither neighbours in a window nor other series change a median."""
    days = some(share_unknown)
    found = windows.trailing_median(days, width, least=2)
    for row in (0, 63, 64, 69):
        own = [
            median(days[row, max(0, day + 1 - width) : day + 1], 2)
            for day in range(DAYS)
        ]
        np.testing.assert_array_equal(found[row], own)


@pytest.mark.parametrize("share_unknown", [0.0, 0.2])
def test_same_weekday_of_earlier_weeks(share_unknown):
    """Of a weekday only the weeks before count, the day itself left out."""
    days = some(share_unknown)
    found = windows.same_weekday_median(days, 4, least=2)
    for row in (1, 66):
        own = [
            median(
                days[row, [day - 7 * week for week in range(1, 5) if day >= 7 * week]],
                2,
            )
            for day in range(DAYS)
        ]
        np.testing.assert_array_equal(found[row], own)
