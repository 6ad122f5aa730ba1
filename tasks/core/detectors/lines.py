"""Lines and steps through the last days of many series: sums, and which fits better."""

from collections.abc import Sequence

import numpy as np

from tasks.core.detectors import Flags, Floats

# Days in which steps and lines are told apart.
WIDTH = 14

# How much better one step must explain the days than a line to be what it was, as twice
# the difference of logarithms of likelihood; and how steep the line must be within the
# window, in standard deviations: what stands still is a new level.
STEP = 4.0
SLOPE = 2.5

# How far a day may lie from the level before when steps and lines are told apart, on
# the scale: what is nearly twice as much counts as that.
FURTHEST = 0.55


def means(days: Floats, lengths: Sequence[int]) -> list[Floats]:
    """Return means of the last ``n`` days, weighed 1 for the oldest and so on.

    Args:
        days: ``(n_series, n_days)``.
        lengths: Some ``n``; there is an array for each.
    """
    place = np.arange(days.shape[1])
    plain, placed = (_running(each) for each in (days, days * place))
    found = []
    for n in lengths:
        mean = np.full(days.shape, np.nan)
        newest = place[n - 1 :]
        sums = (placed[:, n:] - placed[:, :-n]) - (newest - n) * (
            plain[:, n:] - plain[:, :-n]
        )
        mean[:, n - 1 :] = sums / (n * (n + 1) / 2)
        found.append(mean)
    return found


def steepness(days: Floats, start: Floats, spread: Floats, asked: Flags) -> Floats:
    """Return how steep the days before each that is asked are; 0 for a step.

    What one step from the level before explains, wherever it lies in the window, is
    held against what a line through the window does, and one through its later half.

    Args:
        days: ``(n_series, n_days)`` free of weekday and month's edge.
        start: The level before the window of each day.
        spread: The noise of a day.
        asked: Days to answer, each the last of its window.

    Returns:
        One number for each of them, in ``SLOPE``; never negative.
    """
    rows, columns = np.nonzero(asked)
    back = np.arange(WIDTH)[::-1]
    near = days[rows[:, None], columns[:, None] - back] - start[asked][:, None]
    near = np.clip(np.nan_to_num(near), -FURTHEST, FURTHEST)
    off = near / spread[asked][:, None]
    place = np.arange(1, WIDTH + 1)
    sums = np.cumsum(off[:, ::-1], axis=1)
    step = (sums**2 / place).max(axis=1, initial=0.0)
    tilt = place - place.mean()
    # Sums row by row: a product of matrices rounds by how many rows there are.
    slope = (off * tilt).sum(axis=1) / np.sqrt(float((tilt**2).sum()))
    line = sums[:, -1] ** 2 / WIDTH + slope**2
    late = np.maximum(place - WIDTH + WIDTH // 2, 0)
    bend = (off * late).sum(axis=1) ** 2 / float((late**2).sum())
    is_step = step - np.maximum(line, bend) > STEP
    steep = np.maximum(slope * np.sign(sums[:, -1]), 0.0)
    return np.where(is_step, 0.0, steep / SLOPE)


def _running(days: Floats) -> Floats:
    zero = np.zeros((len(days), 1))
    return np.concatenate([zero, np.cumsum(days, axis=1)], axis=1)
