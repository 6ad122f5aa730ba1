"""Falls that only a sum shows, once they have lasted for a week.

Of a day that is cheaper than usual nobody has to hear: holidays are, and so are months
that are short of work. What falls in a whole group on each of seven days, while the
rest of its billing accounts does not, has stopped or gone elsewhere. The scores of
those days are added up, and how wide that sum is comes from its own past, as for rises.
A group that is back where it was weeks ago is no fall: its rise was told.

Known weakness: told a week late, and never of all that a billing account has.
"""

import numpy as np

from tasks.core.detection import rationing
from tasks.core.detection.alerts import CONTINUES
from tasks.core.detectors import Floats, windows
from tasks.core.hierarchy import sums
from tasks.core.hierarchy.sums import Parts, Sums

# Days that a fall must last, and how far off the group must lie on each of them.
DAYS = 7
EACH = -1.0

# Share of the alerts that people are willing to read which falls may take.
SHARE = 0.05

# Score below which the rest of the billing accounts falls too.
LEANS = -0.5


def judge(parts: Parts) -> Sums:
    """Judge for falls every day of every group, with the six days before it."""
    without_one = parts.total - parts.least
    rest = without_one / np.sqrt(np.maximum(parts.number - 1, 1))
    is_worth = parts.is_complete & (_together(rest) <= -sums.WITHOUT_ONE)
    is_worth &= _together(parts.others) > LEANS
    is_worth &= np.max(_week(parts.score), axis=0) <= EACH
    cost, off = (np.mean(_week(days), axis=0) for days in (parts.cost, parts.off))
    is_worth &= (-off >= parts.floor) & sums.is_new(cost, off, -1)
    is_old = windows.age(parts.score) >= sums.LEAST_DAYS + DAYS
    p_value = np.where(is_old, sums.chance(_together(parts.score)), np.nan)
    is_told = rationing.told(p_value, is_worth, SHARE * parts.alerts_per_week)
    lasts = is_worth & (p_value <= CONTINUES)
    return Sums(
        parts.members, -1, DAYS - 1, parts.score, p_value, is_told, is_told | lasts
    )


def _week(days: Floats) -> Floats:
    """Return each day and the six before it, ``(7, n_groups, n_days)``."""
    return np.stack([windows.earlier(days, by) if by else days for by in range(DAYS)])


def _together(score: Floats) -> Floats:
    """Return the score of each day and the six before it; NaN where one is unknown."""
    return np.asarray(_week(score).sum(axis=0) / np.sqrt(DAYS))
