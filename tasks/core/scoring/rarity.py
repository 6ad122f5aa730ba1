"""How rare a point of an hourly or finer series is, from several looks at it.

Each of the ``looks`` is held against its own ``records`` of earlier days, and the one
that lies furthest beyond them counts. What lies within all of them is ranked among
earlier scores, as the scores of bills are; so are points a day and more apart, of which
too few come to speak of records.

Known weakness: the share of points beyond a record is what it was on other series, not
on this one.
"""

import numpy as np

from tasks.core.detectors import Flags, Floats, calibration
from tasks.core.detectors.seasonal import BAND
from tasks.core.scoring import looks, records

# Robust deviations from which a point is part of what several points show.
PART = 1.0

# Points of a block whose largest counts, at least; size below which a look at more
# than the point and its mean is none; and odd points that one surprise leaves.
BLOCK = 24
FLOOR = 0.25
RUN = 3

# Points that are ranked at once, and from how many before them.
STEP, WINDOW = 50, 2_000


def by_records(values: Floats, score: Floats, lasting: Floats, day: int) -> Floats:
    """Return the share of normal points that are as far beyond their records.

    Args:
        values: ``(n_points,)`` of one series, NaN where unknown.
        score: Signed surprise in deviations; NaN where nothing is expected.
        lasting: The same of the last points together.
        day: Points in a day.
    """
    block = max(BLOCK, day)
    level, shape = looks.level_and_shape(values, day)
    # Points after a surprise share its mean, but only those that lie out themselves
    # are part of it.
    is_out = np.abs(score) >= PART
    distance = records.beyond(np.abs(score), block, PART)
    for size, is_part, floor in (
        (np.abs(lasting), _is_part(score, lasting), PART),
        (looks.noisiness(score), is_out, FLOOR),
        (level, is_out, FLOOR),
        (shape, is_out, FLOOR),
    ):
        seen = records.beyond(size, block, floor)
        distance = np.fmax(distance, np.where(is_part, seen, np.nan))
    beyond = RUN * records.per_block(distance) / block
    within = np.fmax(_ranks(score), RUN * records.AT_RECORD / block)
    found = np.minimum(np.where(distance > 0, beyond, within), 1.0)
    return np.asarray(np.where(np.isfinite(score), found, np.nan))


def by_ranks(score: Floats, lasting: Floats) -> Floats:
    """Return how rare each point is among earlier ones, alone or as part of a mean."""
    together = np.where(_is_part(score, lasting), _ranks(lasting), np.nan)
    # The rarer of two looks at a point is as rare as this.
    return np.minimum(1.0, 2.0 * np.fmin(_ranks(score), together))


def is_far(score: Floats, lasting: Floats) -> Flags:
    """Return whether a point is beyond the band, or part of a mean that is."""
    is_part = _is_part(score, lasting) & (np.abs(lasting) >= BAND)
    return np.asarray((np.abs(score) >= BAND) | is_part)


def _is_part(score: Floats, lasting: Floats) -> Flags:
    return np.asarray(np.sign(lasting) * score >= PART)


def _ranks(score: Floats) -> Floats:
    found = calibration.p_values(score[None], step=STEP, window=WINDOW)
    return np.asarray(found.both[0])
