"""When each bill is exported, and what is known by then.

An open month is exported again and again, its newest days incomplete. A closed month
is exported on the 2nd of the next month, without the support fee, and on the 8th with
it. Some months are corrected two weeks later.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from tasks.core.simulation.seasons import Ints

# Of a day's lines, this part reaches the export of the next morning, and with one
# more day's patience nearly all do.
AT_ONCE, NEXT_DAY = 0.58, 0.95

OPEN_DAYS = (9, 16)
EARLY_DAY, FINAL_DAY, CORRECTED_DAY = 2, 8, 24
SUPPORT_DAY = 6

# Closed months whose early export is kept too.
EARLY_MONTHS = 4
# Counted back from the open month: months that are corrected after their final bill.
CORRECTED_MONTHS = {"AWS": (2, 5), "Microsoft": (3,), "Google Cloud": (2,)}
MINUTES = {"AWS": 312, "Microsoft": 377, "Google Cloud": 441}


@dataclass(frozen=True, slots=True)
class Span:
    """The days that bills are written for.

    Attributes:
        first: First day, a first of a month.
        until: Last day.
    """

    first: date
    until: date

    @classmethod
    def ending(cls, until: date, months: int) -> "Span":
        """Return the span of so many months, the last one open."""
        return cls(_month(until, 1 - months), until)

    @property
    def n_days(self) -> int:
        """Number of days."""
        return (self.until - self.first).days + 1

    @property
    def n_months(self) -> int:
        """Number of billing months."""
        years = self.until.year - self.first.year
        return years * 12 + self.until.month - self.first.month + 1

    def month(self, index: int) -> date:
        """Return the first day of a month; 0 is the first of the span."""
        return _month(self.first, index)

    def day(self, when: date) -> int:
        """Return the number of a day; 0 is the first of the span."""
        return (when - self.first).days

    def days(self, index: int) -> tuple[int, int]:
        """Return the first day of a month and the day after its last."""
        after = min(self.month(index + 1), self.until + timedelta(days=1))
        return self.day(self.month(index)), self.day(after)

    def date(self, day: int) -> date:
        """Return the date of a day's number."""
        return self.first + timedelta(days=int(day))


@dataclass(frozen=True, slots=True)
class Export:
    """One delivery of one month's bill.

    Attributes:
        month: Number of the month within the span.
        period: The billing month, ``YYYY-MM``.
        version: Counts the deliveries of the month, from 1.
        exported_at: When it was written.
        is_last: Nothing newer follows.
    """

    month: int
    period: str
    version: int
    exported_at: datetime
    is_last: bool

    @property
    def on(self) -> date:
        """The day of the delivery; it holds what arrived before that day."""
        return self.exported_at.date()


def schedule(
    span: Span, provider: str, month: int, *, is_final: bool = False
) -> list[Export]:
    """Return the deliveries of a month, oldest first.

    Args:
        span: Days of bills.
        provider: Whose bill it is.
        month: Number of the month within the span.
        is_final: Only the bill of the closed month, even where it is still open.
    """
    age = span.n_months - 1 - month
    start, after = span.month(month), span.month(month + 1)
    today = span.until + timedelta(days=1)
    if age == 0:
        wanted = [start.replace(day=day) for day in OPEN_DAYS]
        wanted += [today - timedelta(days=1), today]
    else:
        wanted = [after.replace(day=FINAL_DAY)]
        if age <= EARLY_MONTHS:
            wanted.append(after.replace(day=EARLY_DAY))
        if age in CORRECTED_MONTHS[provider]:
            wanted.append(after.replace(day=CORRECTED_DAY))
    days = sorted({day for day in wanted if start < day <= today}) or [today]
    if is_final:
        days = [max(after.replace(day=FINAL_DAY), days[-1])]
    minutes = timedelta(minutes=MINUTES[provider])
    return [
        Export(
            month=month,
            period=f"{start:%Y-%m}",
            version=number,
            exported_at=datetime(day.year, day.month, day.day, tzinfo=UTC) + minutes,
            is_last=number == len(days),
        )
        for number, day in enumerate(days, 1)
    ]


def correction_day(span: Span, provider: str, month: int) -> int | None:
    """Return the day from which a month's correction is known, if it has one."""
    if span.n_months - 1 - month not in CORRECTED_MONTHS[provider]:
        return None
    return span.day(span.month(month + 1).replace(day=CORRECTED_DAY - 1))


def lags(n_rows: int, rng: np.random.Generator) -> Ints:
    """Return by how many days each line misses the next morning's export."""
    luck = rng.random(n_rows)
    return (luck > AT_ONCE).astype(np.int64) + (luck > NEXT_DAY)


def _month(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
