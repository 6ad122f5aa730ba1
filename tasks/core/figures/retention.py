"""How long a store keeps what it is given."""

import re
from datetime import date, timedelta

PERIOD = re.compile(r"(?P<count>\d+(?:\.\d+)?)(?P<unit>[hdwyM]?)")
# A number without a unit counts months, of 31 days.
UNIT_DAYS = {"h": 1 / 24, "d": 1, "w": 7, "y": 365, "": 31, "M": 31}


def days(period: str) -> float | None:
    """Return the days of ``-retentionPeriod``; None where it is not understood.

    Examples:
        >>> days("1"), days("5y"), days("100d"), days("for ever")
        (31.0, 1825.0, 100.0, None)
    """
    found = PERIOD.fullmatch(period)
    return float(found["count"]) * UNIT_DAYS[found["unit"]] if found else None


def first_kept(today: date, kept_days: float) -> date:
    """Return the first day of the first month that is kept as a whole.

    Whole months, so that series change once a month and not every day.

    Examples:
        >>> first_kept(date(2026, 11, 25), 31)
        datetime.date(2026, 11, 1)
        >>> first_kept(date(2026, 11, 25), 1e9)
        datetime.date(1, 1, 1)
    """
    if kept_days >= (today - date.min).days:
        return date.min
    oldest = today - timedelta(days=int(kept_days) - 1)
    if oldest.day == 1:
        return oldest
    return (oldest.replace(day=1) + timedelta(days=31)).replace(day=1)
