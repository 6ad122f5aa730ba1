"""What is normal on public holidays, and on working days between days off.

A holiday has a place of its own in the week. What it is like is learned from earlier
holidays of the series, best from the same one a year ago; until there are some, it is
expected to be like a Sunday. It may also be like any other working day, like a weekend
or like any earlier holiday: none of that is news.

A working day between days off may be taken off or not: it is expected to be as usual,
or as earlier ones were, and may be like a weekend.

Neither tells anything of ordinary days, so level, weekdays and noise are learned
without them.

Known weaknesses: weekends are Saturdays and Sundays; an anomaly that lies within what
an earlier holiday was like is not seen on a holiday; and a day that only some of the
people take off, such as Christmas Eve in many countries, is on no public calendar.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tasks.core.detectors import Flags, Floats, Panel, windows

SATURDAY, SUNDAY = 5, 6
DAY = timedelta(days=1)

# Working days between two holidays that people may take off; one is enough where there
# is a weekend on one side.
BETWEEN = 4

# Name of all working days between days off.
BRIDGING = ""

# Days before a day off that know its level, and how many of them must be known.
LEVEL_DAYS = 14
LEAST = 4

# Days off that a series must have had before nothing is believed of them; until then a
# fall to 60 percent is excused, on the scale: people do not work.
KNOWN = 3
QUIET = float(np.log(0.6))

# Share of what is excused by which a day may exceed it: the quietest holidays are
# quieter than Sundays.
SLACK = 0.25


class Effect(NamedTuple):
    """What days off add, on the scale; all ``(n_series, n_days)``.

    Attributes:
        sure: What is expected of them.
        below: What they may be below that; not positive.
        above: What they may be above that; not negative.
    """

    sure: Floats
    below: Floats
    above: Floats


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days off among the days of a panel, in order.

    Attributes:
        columns: ``(n,)`` their columns.
        names: Name of each; ``BRIDGING`` for a working day between days off.
        n_days: Days of the panel.
    """

    columns: NDArray[np.int64]
    names: tuple[str, ...]
    n_days: int

    @property
    def flags(self) -> Flags:
        """Which days of the panel are days off, ``(n_days,)``."""
        found = np.zeros(self.n_days, dtype=np.bool_)
        found[self.columns] = True
        return found

    def left_out(self, days: Floats) -> Floats:
        """Return days with NaN for those that are days off."""
        if not self.names:
            return days
        return np.where(self.flags, np.nan, days)


def of(panel: Panel) -> DaysOff:
    """Return the days off of a panel."""
    named = dict.fromkeys(bridging_days(panel.holidays), BRIDGING) | dict(
        panel.holidays
    )
    end = panel.day(panel.n_days)
    days = sorted(day for day in named if panel.start <= day < end)
    columns = np.array([(day - panel.start).days for day in days], dtype=np.int64)
    return DaysOff(columns, tuple(named[day] for day in days), panel.n_days)


def bridging_days(holidays: Collection[date]) -> set[date]:
    """Return the working days that lie between days off.

    That is one between a holiday and a weekend, and up to ``BETWEEN`` between two
    holidays, weekends beside them included.

    Examples:
        >>> sorted(bridging_days({date(2026, 5, 14)}))
        [datetime.date(2026, 5, 15)]
        >>> len(bridging_days({date(2025, 12, 25), date(2026, 1, 1)}))
        5
    """
    # A day that is taken off joins those beside it.
    known = set(holidays)
    while more := _joining(known) - known:
        known |= more
    return known - set(holidays)


def _joining(holidays: Collection[date]) -> set[date]:
    """Return the working days that lie between some days off and others."""
    found: set[date] = set()
    for holiday in holidays:
        after = _works(holiday, DAY, holidays)
        beyond = after[-1] + DAY
        joins = len(after) <= BETWEEN and _is_block_of(beyond, holidays)
        if len(after) == 1 or joins:
            found.update(after)
        before = _works(holiday, -DAY, holidays)
        if len(before) == 1:
            found.update(before)
    return found


def effect(
    off: DaysOff, panel: Panel, scaled: Floats, offset: Floats, sure: Floats
) -> Effect:
    """Return what days off add to weekday and place in the month.

    Args:
        off: The days off.
        panel: Names the days.
        scaled: ``(n_series, n_days)`` the days themselves.
        offset: What the weekday of each adds.
        sure: What its place in the month adds.
    """
    shape = scaled.shape
    sure_of, below, above = (np.zeros(shape) for _ in range(3))
    places = _places(off, scaled, offset, sure)
    for turn, column in enumerate(off.columns):
        usual = offset[:, column]
        weekend = offset[:, _weekend_before(panel, int(column))]
        is_bridging = off.names[turn] == BRIDGING
        belief = usual if is_bridging else weekend[:, -1]
        alike = [
            before
            for before in range(turn)
            if (off.names[before] == BRIDGING) == is_bridging
        ]
        same = [one for one in alike if off.names[one] == off.names[turn]]
        asked = places[:, alike]
        centre = _centre(belief, asked, places[:, [] if is_bridging else same])
        known = np.column_stack([usual, weekend, asked])
        low, high = np.nanmin(known, axis=1), np.nanmax(known, axis=1)
        is_new = np.isfinite(asked).sum(axis=1) < KNOWN
        low = np.where(is_new, np.minimum(low, usual + QUIET), low)
        slack = SLACK * (high - low)
        sure_of[:, column] = centre - usual
        below[:, column] = low - slack - centre
        above[:, column] = high + slack - centre
    return Effect(sure_of, below, above)


def _places(off: DaysOff, scaled: Floats, offset: Floats, sure: Floats) -> Floats:
    """Return where each day off lay above its level, ``(n_series, n)``; NaN unknown."""
    freed = off.left_out(scaled - offset - sure)
    before = off.columns[:, None] - np.arange(1, LEVEL_DAYS + 1)
    lately = freed[:, np.maximum(before, 0)]
    lately[:, before < 0] = np.nan
    level = windows.median_of_known(lately, LEAST)
    return np.asarray((scaled - sure)[:, off.columns] - level)


def _centre(belief: Floats, asked: Floats, same: Floats) -> Floats:
    """Return what is expected: as the same day was, else the middle of all of them.

    What is believed counts as one of them.
    """
    every = windows.median_of_known(np.column_stack([belief, asked]), 1)
    if not same.shape[1]:
        return every
    own = windows.median_of_known(same, 1)
    return np.where(np.isfinite(own), own, every)


def _weekend_before(panel: Panel, column: int) -> list[int]:
    """Return the columns of the Saturday and Sunday before a day, or of none."""
    sunday = column - (panel.day(column).weekday() + 1) % 7
    return [max(sunday - 1, 0), max(sunday, 0)]


def _works(holiday: date, step: timedelta, holidays: Collection[date]) -> list[date]:
    """Return the working days from a holiday's block to the next one."""
    day = holiday
    while _is_off(day, holidays):
        day += step
    found = []
    while not _is_off(day, holidays):
        found.append(day)
        day += step
    return found


def _is_block_of(day: date, holidays: Collection[date]) -> bool:
    """Return whether a day and the days off after it hold a holiday."""
    while _is_off(day, holidays):
        if day in holidays:
            return True
        day += DAY
    return False


def _is_off(day: date, holidays: Collection[date]) -> bool:
    return day in holidays or day.weekday() in (SATURDAY, SUNDAY)
