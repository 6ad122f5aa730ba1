"""Public holidays of countries and their parts, by date.

The calendar itself is the library ``holidays``, which asks nothing outside.
"""

import re
from collections.abc import Iterable
from datetime import date

# A day of a company's own, each year or once.
OWN_DAY = re.compile(r"(\d{4}-)?\d{2}-\d{2}")
OWN = "day off of our own"
LEAP_YEAR = 2000


def between(names: Iterable[str], first_year: int, last_year: int) -> dict[date, str]:
    """Return the name of each holiday of some years, in order.

    Args:
        names: Calendars, such as ``US`` or ``DE-BY``, and days such as ``12-24``.
        first_year: First year.
        last_year: Last year.

    Raises:
        ValueError: A name is none of these; the message says what to write.
    """
    found: dict[date, str] = {}
    years = range(first_year, last_year + 1)
    for name in names:
        for day, what in _of(name, years).items():
            others = found.get(day)
            found[day] = f"{others}, {what}" if others else what
    return dict(sorted(found.items()))


def check(names: Iterable[str]) -> None:
    """Refuse a name of no calendar.

    Raises:
        ValueError: A name is none; the message says what to write.
    """
    between(names, LEAP_YEAR, LEAP_YEAR)


def _of(name: str, years: range) -> dict[date, str]:
    return _own(name, years) if OWN_DAY.fullmatch(name) else _public(name, years)


def _own(name: str, years: range) -> dict[date, str]:
    """Return a company's own day in each of the years that has it."""
    is_yearly = name.count("-") == 1
    asked = [f"{year}-{name}" for year in (LEAP_YEAR, *years)] if is_yearly else [name]
    days = {day for day in map(_date, asked) if day}
    if not days:
        raise ValueError(f"{name!r} is no date: write MM-DD or YYYY-MM-DD")
    return {day: OWN for day in days if day.year in years}


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _public(name: str, years: range) -> dict[date, str]:
    import holidays  # noqa: PLC0415 - slow

    country, _, part = name.partition("-")
    parts = holidays.list_supported_countries(include_aliases=False)
    if country not in parts:
        raise ValueError(
            f"{name!r} is no calendar of public holidays: write a country of two"
            " capital letters, as US, or a part of it, as DE-BY, or a day, as 12-24"
        )
    if part and part not in parts[country]:
        known = ", ".join(f"{country}-{each}" for each in parts[country])
        raise ValueError(
            f"{name!r} names no part of {country!r} that has holidays of its own:"
            f" write {country}" + (f" or one of {known}" if known else "")
        )
    return dict(
        holidays.country_holidays(country, subdiv=part or None, years=years).items()
    )
