"""Which versions do not count, since another table of the account tells more.

Google's standard and detailed tables tell the same costs, and each only grows. One that
was switched on in the middle of a month lacks the days before, so the other one counts
for that month; from the first month on that both tell whole, the one that was added to
last does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tasks.core.intake.versions import Part

# Exports of one hour may end on other days, for usage arrives late.
LATE_DAYS = 3
# What tells the same costs tells nine tenths of them: late rows are less than that.
MOST = Decimal("0.9")


@dataclass(frozen=True, slots=True)
class _Told:
    """Which days of a month a version tells of, and what they cost by currency."""

    first: int
    last: int
    costs: Mapping[str, Decimal]

    @property
    def length(self) -> int:
        return self.last - self.first


def set_aside(
    ordered: Sequence[Part], made: Mapping[str, Sequence[str]], period: str
) -> dict[str, str]:
    """Return which versions of a bill never count, and why.

    Each is held against the newest version of another table that was known by then,
    which tells of more days or of much more costs. What somebody brought back counts.

    Args:
        ordered: All versions of the bill, in the order in which they became known.
        made: Of which versions' own files each consists.
        period: Their month, ``YYYY-MM``.
    """
    own = {part.bill_id: part for part in ordered}

    def told(part: Part) -> _Told:
        return _told([own[one] for one in made[part.bill_id]], period)

    found: dict[str, str] = {}
    for position, part in enumerate(ordered):
        if not part.table or part.restores is not None:
            continue
        for other in _others(ordered[:position], part):
            why = _why(told(part), told(other), period)
            if why:
                found[part.bill_id] = why
    return found


def _others(before: Sequence[Part], part: Part) -> list[Part]:
    """Return the newest version of each other table that was known by then."""
    newest = {
        one.table: one
        for one in before
        if one.table not in {"", part.table} and not one.is_withdrawn(part.known_at)
    }
    return list(newest.values())


def without(ordered: Sequence[Part], aside: Mapping[str, str]) -> list[Part]:
    """Withdraw what is set aside from the moment at which it became known."""
    return [
        replace(part, withdrawn_at=part.known_at) if part.bill_id in aside else part
        for part in ordered
    ]


def _told(parts: Sequence[Part], period: str) -> _Told:
    """Put together what parts tell; days outside the month are its first or last."""
    costs: dict[str, Decimal] = {}
    for part in parts:
        for currency, cost in part.costs.items():
            costs[currency] = costs.get(currency, Decimal(0)) + cost
    first = min(_day(part.first_date, period) for part in parts)
    return _Told(first, max(_day(part.last_date, period) for part in parts), costs)


def _day(date: str, period: str) -> int:
    inside = min(max(date[:10], f"{period}-01"), f"{period}-31")
    return int(inside[8:])


def _why(mine: _Told, theirs: _Told, period: str) -> str | None:
    """Say why one tells less than another of the same costs, if it does."""
    ends_early = mine.last + LATE_DAYS < theirs.last
    if mine.length < theirs.length and (mine.first > theirs.first or ends_early):
        return (
            f"the account's other table tells of {_span(theirs, period)}, this one of"
            f" {_span(mine, period)}"
        )
    if mine.last <= theirs.last + LATE_DAYS and any(
        cost > 0 and mine.costs.get(currency, Decimal(0)) < MOST * cost
        for currency, cost in theirs.costs.items()
    ):
        return "the account's other table tells of more than a tenth more costs"
    return None


def _span(told: _Told, period: str) -> str:
    return f"{period}-{told.first:02d} to {period}-{told.last:02d}"
