"""How rare a day must be to be told: ``alerts_per_week`` made into a bound.

Three bounds, the strictest of which counts on a day.

* Chance: by the step-up rule of Benjamini and Hochberg over all series of the day, such
  that chance alone would give no more than ``CHANCE_SHARE`` of the alerts that people
  are willing to read, were there no floors of money and percent. The floors leave few
  of those.
* Noise: floors hold chance back where noise stays below them. The more series there
  are whose usual days pass them, the rarer a day must be, so that these raise no more
  false alerts together than ``WILD_SHARE`` of all series would.
* Number: whatever has happened lately, the bound at which no more than
  ``alerts_per_week`` anomalies would have begun in the weeks before, those that are
  told in any case among them: new scopes, prices, drifts and thresholds.

Known weakness: the last bound counts beginnings of single series, before those that
begin together become one anomaly, so it is on the quiet side; and it cannot hold back
what is told in any case.

Source:
    Benjamini and Hochberg, "Controlling the False Discovery Rate", Journal of the Royal
    Statistical Society B 57 (1995); Bourgon, Gentleman and Huber, "Independent
    Filtering Increases Detection Power for High-Throughput Experiments", PNAS 107
    (2010), for what a filter does to the tests that it lets pass.
"""

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats, windows

CHANCE_SHARE = 0.5
DAYS_IN_WEEK = 7

# Largest p-value that is told, for each alert a week: with few series the step-up rule
# would call days odd of which each series has several a year.
LARGEST = 4e-4

# Share of series whose noise may be worth a word before less is told. Such a series had
# a day in the last ``HALF_YEAR`` that was, although it was no rarer than ``USUAL``.
WILD_SHARE = 0.1
USUAL = 0.01
HALF_YEAR = 182

# Days in a row that are told though each is only as rare as ``USUAL``.
IN_A_ROW = 4

# Deviations from which on a rise is plain, and how many falls as far there may be
# for each of them in the last ``HALF_YEAR``.
PLAIN = 5.0
MIRRORED = 0.1

# Share of that up to which a fall is told. It costs nothing to hear of it a day later,
# and noise that adds and takes away the same money falls further on the scale of costs.
FALL = 0.1

# Largest p-value of a weekend that is told: one comes once a week, and only few series
# rest at weekends and do not on one.
LARGEST_WEEKEND = 2e-3

# What is larger than the largest bound by more than rounding can be.
NEARLY = 1.0001

# Weeks over which beginnings are counted, and the days that keep two of them apart.
WEEKS = 8
APART = 7

# Share of the number that is left for rare days, however much is told in any case.
LEFT = 0.2

# p-values at which beginnings are counted, from the loosest to the strictest.
STEPS = np.geomspace(1e-2, 1e-9, 29)


def told(
    p_value: Floats,
    worth: Flags,
    alerts_per_week: float,
    certain: Floats | None = None,
    *,
    falls: Flags | None = None,
    begins_nothing: Flags | None = None,
) -> Flags:
    """Return the days that are rare enough to be told.

    Args:
        p_value: ``(n_series, n_days)``, NaN where a day was not judged.
        worth: The same shape, True where a day deviates by enough money.
        alerts_per_week: How many alerts people are willing to read.
        certain: ``(n_days,)`` how many begin on each day that are told in any case.
        falls: ``(n_series, n_days)`` where a day is cheaper than expected, and has to
            be rarer; nowhere, if not given.
        begins_nothing: ``(n_series, n_days)`` where a day is no anomaly of its own: it
            takes no room of the number that people will read.
    """
    asked = np.where(worth & np.isfinite(p_value), p_value, np.inf)
    if falls is not None:
        asked = np.where(falls, asked / FALL, asked)
    judged = np.isfinite(p_value).sum(axis=0)
    by_chance = step_up(asked, judged, CHANCE_SHARE * alerts_per_week / DAYS_IN_WEEK)
    by_noise = LARGEST * alerts_per_week * room(p_value, worth)
    counts = asked
    if begins_nothing is not None:
        counts = np.where(begins_nothing, np.inf, asked)
    by_number = _rationed(counts, alerts_per_week, certain)
    bound = np.minimum(np.minimum(by_chance, by_noise), by_number)
    return np.asarray(asked <= bound)


def persists(p_value: Floats, worth: Flags, score: Floats) -> Flags:
    """Return the days with which so many were odd in a row that no one need be rare.

    Args:
        p_value: ``(n_series, n_days)``, NaN where a day was not judged.
        worth: The same shape, True where a day deviates by enough money.
        score: The same shape, signed; the days lie to one side.
    """
    found = np.zeros(worth.shape, dtype=np.bool_)
    for side in (score > 0, score < 0):
        odd = worth & (p_value <= USUAL) & side
        found |= windows.count_before(odd, IN_A_ROW - 1) * odd == IN_A_ROW - 1
    return found


def plain(worth: Flags, score: Floats, alerts_per_week: float) -> Flags:
    """Return the rises that are told though their series had such days before.

    A past full of anomalies makes the next one look usual. But noise that goes so far
    up goes as far down about as often: where next to nothing fell as far, rises are
    news, while no more of them began in the weeks before than people will read.

    Args:
        worth: ``(n_series, n_days)``, True where a day deviates by enough money.
        score: The same shape, signed.
        alerts_per_week: How many alerts people are willing to read.

    Source:
        Barber and Candès, "Controlling the False Discovery Rate via Knockoffs", Annals
        of Statistics 43 (2015), for counting mirror images as false discoveries.
    """
    days = score.shape[1]
    rises, falls = worth & (score >= PLAIN), worth & (score <= -PLAIN)
    (up, risen), (down, fallen) = np.nonzero(rises), np.nonzero(falls)
    begun, mirrored = _begun(up, risen, days), _begun(down, fallen, days)
    is_news = 1 + _lately(mirrored, HALF_YEAR) <= MIRRORED * _lately(begun, HALF_YEAR)
    has_room = _lately(begun) <= WEEKS * alerts_per_week
    return rises & is_news & has_room


def room(p_value: Floats, worth: Flags) -> Floats:
    """Return the share of the largest p-value that noise leaves on each day.

    Args:
        p_value: ``(n_series, n_days)``, NaN where a day was not judged.
        worth: The same shape, True where a day deviates by enough money.

    Returns:
        ``(n_days,)``, 1 or less.
    """
    days = np.arange(p_value.shape[1], dtype=np.int16)
    never = np.int16(-HALF_YEAR - 1)
    usual = np.where(worth & (p_value > USUAL), days, never)
    last = np.maximum.accumulate(usual, axis=1)
    before = np.pad(last, ((0, 0), (1, 0)), constant_values=never)[:, :-1]
    wild = (days - before <= HALF_YEAR).sum(axis=0)
    judged = np.isfinite(p_value).sum(axis=0)
    return np.asarray(np.minimum(1.0, WILD_SHARE * judged / np.maximum(wild, 1)))


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


def beginnings(days: Flags, accounts: NDArray[np.int64]) -> Floats:
    """Return in how many accounts a run of days begins on each day, ``(n_days,)``.

    Args:
        days: ``(n_series, n_days)``.
        accounts: ``(n_series,)`` the billing account of each. What begins in one of
            them on one day has one cause as a rule.
    """
    rows, columns = np.nonzero(days)
    is_new = _is_new(rows, columns)
    places = np.stack([accounts[rows[is_new]], columns[is_new]])
    _, begun = np.unique(places, axis=1)
    return np.bincount(begun, minlength=days.shape[1]).astype(np.float64)


def _rationed(
    p_value: Floats, alerts_per_week: float, certain: Floats | None
) -> Floats:
    """Return the loosest of ``STEPS`` at which few enough anomalies began before."""
    days = p_value.shape[1]
    most = WEEKS * alerts_per_week
    left = np.full(days, most)
    if certain is not None:
        left = np.maximum(most - _lately(certain), LEFT * most)
    rows, columns = np.nonzero(p_value <= STEPS[0])
    small = p_value[rows, columns]
    bound = np.zeros(days)
    for step in STEPS[::-1]:
        is_small = small <= step
        begun = _begun(rows[is_small], columns[is_small], days)
        bound = np.where(_lately(begun) <= left, step, bound)
    return bound


def _begun(rows: NDArray[np.int64], columns: NDArray[np.int64], days: int) -> Floats:
    """Return how many runs of days, given in order, begin on each of ``days``."""
    new = columns[_is_new(rows, columns)]
    return np.bincount(new, minlength=days).astype(np.float64)


def _lately(begun: Floats, lately: int = WEEKS * DAYS_IN_WEEK) -> Floats:
    """Return how many began in the days before each day."""
    days = np.arange(len(begun))
    before = np.concatenate([[0], np.cumsum(begun)])
    first = np.maximum(days - lately, 0)
    return np.asarray(before[days] - before[first])


def _is_new(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Flags:
    """Return the days, of those given in order, with which a run of them begins."""
    is_other = np.diff(rows, prepend=-1) != 0
    return np.asarray(is_other | (np.diff(columns, prepend=0) > APART))
