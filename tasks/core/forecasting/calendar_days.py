"""Months, quarters and years, and where days lie in them."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from tasks.core.forecasting.declaration import Period

MONTHS: dict[Period, int] = {"month": 1, "quarter": 3, "year": 12}

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Span:
    """One month, quarter or year.

    Attributes:
        period: Which of them.
        first_date: Its first day.
        last_date: Its last day.
    """

    period: Period
    first_date: date
    last_date: date

    @property
    def name(self) -> str:
        """How people write it.

        Examples:
            >>> span_of("quarter", date(2026, 5, 3)).name
            '2026-Q2'
        """
        year, month = self.first_date.year, self.first_date.month
        if self.period == "month":
            return f"{year}-{month:02}"
        return f"{year}-Q{(month + 2) // 3}" if self.period == "quarter" else f"{year}"


def span_of(period: Period, day: date) -> Span:
    """Return the month, quarter or year that a day lies in.

    Examples:
        >>> span_of("month", date(2028, 2, 5)).last_date
        datetime.date(2028, 2, 29)
    """
    months = MONTHS[period]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = date(
        first.year + (first.month + months > 12),  # noqa: PLR2004 - December
        (first.month + months - 1) % 12 + 1,
        1,
    )
    return Span(period, first, after - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Places:
    """Where each of some consecutive days lies; all are ``(n_days,)``.

    Attributes:
        weekday: 0 for Monday.
        day: 1 for the first day of a month.
        days_left: 0 for the last day of a month.
    """

    weekday: Ints
    day: Ints
    days_left: Ints


def places(start: date, n_days: int) -> Places:
    """Return where the days from ``start`` on lie.

    Examples:
        >>> places(date(2026, 2, 27), 3).days_left
        array([ 1,  0, 30])
    """
    days = np.datetime64(start, "D") + np.arange(n_days)
    months = days.astype("datetime64[M]")
    return Places(
        weekday=(start.weekday() + np.arange(n_days)) % 7,
        day=(days - months.astype("datetime64[D]")).astype(np.int64) + 1,
        days_left=((months + 1).astype("datetime64[D]") - days).astype(np.int64) - 1,
    )
