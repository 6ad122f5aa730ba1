"""What the next point should be: several simple forecasters, and the best so far.

Each knows one length of season, or none, and how far back its level looks. At every
point the one whose error was smallest lately speaks, so nothing is fitted to later
points and nobody has to choose.

Known weakness: a season must come three times before it is believed, and one that
changes its length is learnt anew each time.

Source:
    Herbster and Warmuth, "Tracking the Best Expert", Machine Learning 32 (1998), for
    the idea of following whoever was right lately.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tasks.core.detectors import Floats, windows
from tasks.core.scoring import lengths

# Earlier seasons that know a place within one.
SEASONS = 8

# Points that a level without a season looks back, and seasons that one with it may.
LEVELS = (1, 5, 21)
SEASONAL_LEVELS = 3

# Points over which forecasters are compared: so many seasons, within these bounds.
COMPARED_SEASONS = 3
COMPARED = (200, 2_000)

# Points that must be known before anybody is compared.
LEAST = 20

# How much better one with a season must be to be preferred over one without.
PLAIN = 1.02


def trailing_median(values: Floats, width: int, least: int) -> Floats:
    """Return the median of each point's last ``width`` points, that one included.

    As ``windows.trailing_median``, but for windows so wide that sorting each of them
    would not fit into memory.

    Args:
        values: ``(n_points,)``, NaN where unknown.
        width: Points in the window.
        least: Points of them that must be known.
    """
    rolled = pd.Series(values).rolling(width, min_periods=max(least, 1))
    return np.asarray(rolled.median(), dtype=np.float64)


def span(seasons: tuple[int, ...]) -> int:
    """Return over how many points forecasters are compared and noise is measured."""
    longest = max((length for length in seasons), default=0)
    return int(np.clip(COMPARED_SEASONS * longest, *COMPARED))


def expected(values: Floats, seasons: tuple[int, ...], *, may_find: bool) -> Floats:
    """Return what each point should be, from earlier points alone.

    Args:
        values: ``(n_points,)`` of one series, NaN where unknown.
        seasons: Lengths of season in points that may be there.
        may_find: Whether other lengths are looked for.

    Returns:
        ``(n_points,)``, NaN where too little is known.
    """
    best = np.full(len(values), np.nan)
    least = np.full(len(values), np.inf)
    for forecast, handicap in _forecasts(values, seasons, may_find=may_find):
        error = np.abs(values - forecast)
        lately = trailing_median(error, span(seasons), LEAST)
        loss = handicap * windows.earlier(lately[None])[0]
        is_better = np.isfinite(forecast) & (loss < least)
        best = np.where(is_better, forecast, best)
        least = np.where(is_better, loss, least)
    return best


def _forecasts(
    values: Floats, seasons: tuple[int, ...], *, may_find: bool
) -> Iterator[tuple[Floats, float]]:
    """Yield forecasts, each with what its error is multiplied by."""
    for back in LEVELS:
        yield _level(values, back), PLAIN
    for length in seasons:
        for forecast in _seasonal(values, length, known_from=0):
            yield forecast, 1.0
    known = seasons
    for count in lengths.looks(len(values)) if may_find else ():
        seen = lengths.found(values[:count])
        if seen is not None and lengths.is_new(seen, known):
            known = (*known, seen)
            for forecast in _seasonal(values, seen, known_from=count):
                yield forecast, 1.0


def _seasonal(values: Floats, length: int, *, known_from: int) -> Iterator[Floats]:
    first = max(known_from, lengths.FITS * length)
    if first >= len(values):
        return
    offset = _offset(values, length)
    for back in (*LEVELS[1:], SEASONAL_LEVELS * length):
        forecast = _level(values - offset, back) + offset
        forecast[:first] = np.nan
        yield forecast


def _offset(values: Floats, length: int) -> Floats:
    """Return what a place within the season adds, by the seasons before."""
    off = values - trailing_median(values, length, length // 2)
    lags = np.stack(
        [windows.earlier(off[None], length * back)[0] for back in range(1, SEASONS + 1)]
    )
    ordered = np.sort(lags, axis=0)
    count = np.isfinite(lags).sum(axis=0)
    last = np.maximum(count - 1, 0)
    places = np.arange(lags.shape[1])
    middle = 0.5 * (ordered[last // 2, places] + ordered[(last + 1) // 2, places])
    return np.asarray(np.where(count > 1, middle, np.nan))


def _level(values: Floats, back: int) -> Floats:
    level = trailing_median(values, back, (back + 1) // 2)
    return np.asarray(windows.earlier(level[None])[0])
