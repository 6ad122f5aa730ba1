"""The months of a backfill, and what was known at the end of each."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tasks.core.errors import BadPeriod

PERIOD = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Month:
    """One month to look at as it was seen then.

    Attributes:
        period: Billing month, YYYY-MM.
        first_date: Its first day.
        last_date: Its last day.
        as_of: Moment whose knowledge counts, UTC.
    """

    period: str
    first_date: date
    last_date: date
    as_of: datetime


def in_order(first: date | None, last: date | None) -> None:
    """Refuse days of which the first lies after the last; None is any day.

    Raises:
        BadPeriod: It does.
    """
    if first is not None and last is not None and first > last:
        raise BadPeriod(f"The first day, {first}, lies after the last, {last}.")


def first_day(period: str) -> date:
    """Return the first day of a billing month.

    Raises:
        BadPeriod: It is not written YYYY-MM.

    Examples:
        >>> first_day("2026-02")
        datetime.date(2026, 2, 1)
    """
    found = PERIOD.fullmatch(period)
    if found is None or found["year"] == "0000":
        raise BadPeriod(f"{period!r} is not a month; write it as YYYY-MM.")
    return date(int(found["year"]), int(found["month"]), 1)


def last_day(period: str) -> date:
    """Return the last day of a billing month.

    Raises:
        BadPeriod: It is not written YYYY-MM.

    Examples:
        >>> last_day("2028-02")
        datetime.date(2028, 2, 29)
    """
    return day_after(first_day(period)) - timedelta(days=1)


def day_after(first: date) -> date:
    """Return the first day of the following month.

    Examples:
        >>> day_after(date(2026, 12, 1))
        datetime.date(2027, 1, 1)
    """
    return (first + timedelta(days=31)).replace(day=1)


def between(first: str, last: str) -> list[str]:
    """Return the billing months from ``first`` to ``last``, oldest first.

    Raises:
        BadPeriod: One of them is no month, or the first lies after the last.

    Examples:
        >>> between("2025-11", "2026-02")
        ['2025-11', '2025-12', '2026-01', '2026-02']
    """
    if first_day(first) > first_day(last):
        raise BadPeriod(f"The first month, {first}, lies after the last, {last}.")
    return [f"{day:%Y-%m}" for day in _firsts(first_day(first), first_day(last))]


def seen(
    periods: Iterable[str], known: Iterable[tuple[str, datetime]], now: datetime
) -> list[Month]:
    """Return the months with the moment from which each is looked at.

    That is the end of the month, so that corrections which came later are not yet
    known. A bill that was kept longer before it arrived here has to be waited for,
    and so have the bills of the months before it, which are its history.

    Args:
        periods: Billing months.
        known: Billing month of each bill, and when its first version became known.
        now: The present, UTC. No month is looked at from the future.
    """
    arrivals = list(known)
    return [_seen(period, arrivals, now) for period in periods]


def in_utc(moment: datetime) -> datetime:
    """Read a time that names no zone as UTC.

    Examples:
        >>> in_utc(datetime(2026, 3, 5, 12)).isoformat()
        '2026-03-05T12:00:00+00:00'
    """
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def digest(*parts: object) -> str:
    """Return a short name for exactly these values.

    Examples:
        >>> digest("2026-01", 7) == digest("2026-01", 7)
        True
        >>> digest("2026-01", 7) == digest("2026-01", 8)
        False
    """
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _seen(period: str, arrivals: list[tuple[str, datetime]], now: datetime) -> Month:
    first = first_day(period)
    after = day_after(first)
    end = datetime(after.year, after.month, after.day, tzinfo=UTC)
    waited_for = [at for of_period, at in arrivals if of_period <= period]
    return Month(
        period=period,
        first_date=first,
        last_date=last_day(period),
        as_of=max([min(end, now), *waited_for]),
    )


def _firsts(day: date, last: date) -> Iterator[date]:
    while day <= last:
        yield day
        day = day_after(day)
