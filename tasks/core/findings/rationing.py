"""How rare a day must be to be told: ``alerts_per_week`` made into a bound.

Two bounds, the stricter of which counts on a day.

* Chance: by the step-up rule of Benjamini and Hochberg over all series of the day, such
  that chance alone would give no more than ``CHANCE_SHARE`` of the alerts that people
  are willing to read, were there no floors of money and percent. The floors leave few
  of those.
* Number: whatever has happened lately, the bound at which no more than
  ``alerts_per_week`` anomalies would have begun in the weeks before.

Known weakness: the second bound counts beginnings of single series, before those that
begin together become one anomaly, so it is on the quiet side; and it leaves out new
scopes, prices, drifts and thresholds, which are told in any case.

Source:
    Benjamini and Hochberg, "Controlling the False Discovery Rate", Journal of the Royal
    Statistical Society B 57 (1995).
"""

import numpy as np

from tasks.core.detectors import Flags, Floats

CHANCE_SHARE = 0.5
DAYS_IN_WEEK = 7

# Largest p-value that is told, for each alert a week: with few series the step-up rule
# would call days odd of which each series has several a year.
LARGEST = 4e-4

# The same for a weekend: one comes once a week, and only few series rest at weekends
# and do not on one.
LARGEST_WEEKEND = 2e-3

# What is larger than the largest bound by more than rounding can be.
NEARLY = 1.0001

# Weeks over which beginnings are counted, and the days that keep two of them apart.
WEEKS = 8
APART = 7

# p-values at which beginnings are counted, from the loosest to the strictest.
STEPS = np.geomspace(1e-2, 1e-9, 29)


def told(p_value: Floats, worth: Flags, alerts_per_week: float) -> Flags:
    """Return the days that are rare enough to be told.

    Args:
        p_value: ``(n_series, n_days)``, NaN where a day was not judged.
        worth: The same shape, True where a day deviates by enough money.
        alerts_per_week: How many alerts people are willing to read.
    """
    asked = np.where(worth & np.isfinite(p_value), p_value, np.inf)
    judged = np.isfinite(p_value).sum(axis=0)
    by_chance = step_up(asked, judged, CHANCE_SHARE * alerts_per_week / DAYS_IN_WEEK)
    by_number = _rationed(asked, alerts_per_week)
    largest = LARGEST * alerts_per_week
    bound = np.minimum(np.minimum(by_chance, by_number), largest)
    return np.asarray(asked <= bound)


def step_up(p_value: Floats, judged: Floats, expected: float) -> Floats:
    """Return, for each day, the largest p-value that is a discovery.

    Args:
        p_value: ``(n_series, n_days)``, infinite where a day does not count.
        judged: ``(n_days,)`` how many series were looked at.
        expected: False discoveries to be expected on a day without true ones.
    """
    found = np.zeros(p_value.shape[1])
    # No rank is beyond the number of those that were looked at.
    may_be = p_value <= NEARLY * expected
    for column in np.flatnonzero(may_be.any(axis=0)):
        ordered = np.sort(p_value[may_be[:, column], column])
        rank = np.arange(1, len(ordered) + 1)
        is_found = ordered <= rank * expected / np.maximum(judged[column], 1)
        found[column] = np.where(is_found, ordered, 0.0).max(initial=0.0)
    return found


def _rationed(p_value: Floats, alerts_per_week: float) -> Floats:
    """Return the loosest of ``STEPS`` at which few enough anomalies began before."""
    days = p_value.shape[1]
    rows, columns = np.nonzero(p_value <= STEPS[0])
    small = p_value[rows, columns]
    bound = np.zeros(days)
    for step in STEPS[::-1]:
        is_small = small <= step
        begun = _beginnings(rows[is_small], columns[is_small], days)
        before = np.concatenate([[0], np.cumsum(begun)])
        first = np.maximum(np.arange(days) - WEEKS * DAYS_IN_WEEK, 0)
        lately = before[:days] - before[first]
        bound = np.where(lately <= WEEKS * alerts_per_week, step, bound)
    return bound


def _beginnings(rows: Floats, columns: Floats, days: int) -> Floats:
    """Return how many runs of days begin on each day."""
    is_new = (np.diff(rows, prepend=-1) != 0) | (np.diff(columns, prepend=0) > APART)
    return np.bincount(columns[is_new], minlength=days).astype(np.float64)
