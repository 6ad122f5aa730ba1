"""What forecasts expect of public holidays, and learn of ordinary days without them.

A holiday is an eighth day of the week: its share is the median of what earlier holidays
were, with a Sunday added as one more. To learn of ordinary days, an earlier holiday
counts as the same weekday before it did.

Known weakness: only the newest months are looked at, so nothing is known of last
year's holiday.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np

from tasks.core.detectors import Flags, Floats, windows
from tasks.core.forecasting.calendar_days import Ints

SUNDAY = 6
WEEK = 7


def flags(start: date, n_days: int, holidays: Collection[date]) -> Flags:
    """Return which of some consecutive days are holidays, ``(n_days,)``."""
    found = np.zeros(n_days, dtype=np.bool_)
    columns = [(day - start).days for day in holidays]
    found[[column for column in columns if 0 <= column < n_days]] = True
    return found


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Earlier days of series, and which days are holidays.

    Attributes:
        recent: ``(n_series, n_days)``.
        is_free: ``(n_days + horizon,)`` True for a holiday.
        is_metered: ``(n_series,)`` True where something is used; holidays are nothing
            to the others.
    """

    recent: Floats
    is_free: Flags
    is_metered: Flags

    @property
    def past(self) -> Ints:
        """Columns of earlier holidays that have a week before them."""
        found = np.flatnonzero(self.is_free[: self.recent.shape[1]])
        return found[found >= WEEK]

    def as_usual(self) -> Floats:
        """Return the days as if holidays had been as their weekday before them."""
        if not self.past.size:
            return self.recent
        filled = self.recent.copy()
        for column in self.past:
            before = filled[:, column - WEEK]
            own = self.recent[:, column]
            filled[:, column] = np.where(self.is_metered, before, own)
        return filled

    def shares(self, weekday: Floats, on: Ints, plain: Floats) -> Floats:
        """Return the share of its week that each day to come has.

        Args:
            weekday: ``(n_series, 7)`` the share of each weekday.
            on: ``(n_days + horizon,)`` weekday of each day.
            plain: As of ``as_usual``.

        Returns:
            ``(n_series, horizon)``.
        """
        n_days = self.recent.shape[1]
        ahead = weekday[:, on[n_days:]]
        is_free = self.is_free[n_days:]
        if not is_free.any():
            return ahead
        past = self.past
        usual = plain[:, past]
        with np.errstate(divide="ignore", invalid="ignore"):
            kept = np.where(usual > 0, self.recent[:, past] / usual, np.nan)
        earlier = np.clip(kept * weekday[:, on[past]], 0, WEEK)
        asked = np.column_stack([weekday[:, SUNDAY], earlier])
        own = windows.median_of_known(asked, 1)[:, None]
        return np.where(is_free & self.is_metered[:, None], own, ahead)
