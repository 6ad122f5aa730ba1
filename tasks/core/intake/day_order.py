"""Whether days come before months in dates like 05/06/2026: the whole file tells.

No single date says it unless one of its numbers is above twelve. Where the file does
not tell, what its publisher documents holds, if anything; else it is for a person to
say, and so it is where a file contradicts itself.
"""

import re
from collections.abc import Iterable

# A pair of the two numbers of a date, in the order in which they stand.
Pair = tuple[int, int]

# Folders of Azure's exports are called by the days that they are about.
RANGE = re.compile(r"(?:^|/)(20\d\d)(0[1-9]|1[0-2])[0-3]\d-20\d{6}(?=/)")
DECEMBER = 12
# Days that differ in one number only; purchases of some months may all be of a first.
SEVERAL, FEW = 2, 3


def is_day_first(
    days: Iterable[Pair],
    periods: Iterable[Pair] = (),
    month: str | None = None,
    *,
    otherwise: bool | None = None,
    on_firsts: bool = False,
) -> bool | None:
    """Say whether the day is the first number.

    Args:
        days: What the days of charges and the ends of periods begin with.
        periods: What the times begin with at which billing periods begin.
        month: The month that the file is about, ``YYYY-MM``, where somebody says so.
        otherwise: What holds where nothing tells.
        on_firsts: Whether periods are sure to begin on a first. A bill of several
            months, all of whose dates are firsts, is then none of one January.

    Returns:
        None where it may be either.

    Examples:
        >>> is_day_first([(5, 13)]), is_day_first([(13, 5)]), is_day_first([(5, 6)])
        (False, True, None)
        >>> is_day_first([(5, 6)], [(1, 6)]), is_day_first([(5, 6)], month="2026-05")
        (True, False)
        >>> is_day_first([(5, 1), (5, 2)]), is_day_first([(1, 5), (2, 5)])
        (False, True)
        >>> is_day_first([(5, 1), (6, 1)]) is None
        True
        >>> is_day_first([(5, 1), (6, 1)], otherwise=False)
        False
        >>> months = [(5, 1), (6, 1), (7, 1)]
        >>> is_day_first(months, months) is None
        True
        >>> is_day_first(months, months, on_firsts=True)
        False
    """
    given, begins = set(days), set(periods)
    told = given | begins
    if any(second > DECEMBER for _, second in told):
        return False
    if any(first > DECEMBER for first, _ in told):
        return True
    if all(first == second for first, second in told):
        return False
    of_firsts = _of_first_days(begins)
    is_told = of_firsts is not None and of_firsts == _of_first_days(given)
    if on_firsts and not month and is_told:
        return of_firsts
    votes = {of_firsts, _of_one_month(given or begins, month)} - {None}
    if not votes:
        return otherwise
    return votes.pop() if len(votes) == 1 else None


def month_of(name: str) -> str | None:
    """Return the month that the folders of a file say it is about.

    Examples:
        >>> month_of("daily/20260501-20260531/202605210814/0f1e/part_0_0001.csv")
        '2026-05'
        >>> month_of("bill-20260521.csv") is None
        True
    """
    found = RANGE.search(name)
    return f"{found[1]}-{found[2]}" if found else None


def _of_first_days(begins: set[Pair]) -> bool | None:
    """Say in which order they all are the first of a month, as periods begin."""
    if all(second == 1 for _, second in begins):
        return False if begins - {(1, 1)} else None
    return True if all(first == 1 for first, _ in begins) else None


def _of_one_month(days: set[Pair], month: str | None) -> bool | None:
    """Say in which order they are days of one month, the stated one or any."""
    firsts, seconds = {first for first, _ in days}, {second for _, second in days}
    if month and firsts != seconds:
        is_in = [numbers == {int(month[5:])} for numbers in (firsts, seconds)]
        if any(is_in):
            return is_in[1]
    if len(firsts) == 1 and len(seconds) >= _needed(firsts):
        return False
    return True if len(seconds) == 1 and len(firsts) >= _needed(seconds) else None


def _needed(constant: set[int]) -> int:
    """Return how many days make a month; what is due on firsts has one for each."""
    return FEW if constant == {1} else SEVERAL
