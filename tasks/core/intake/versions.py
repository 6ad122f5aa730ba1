"""What each version of a bill consists of, and when it counts.

Everything follows from what arrived and when it became known, never from the order in
which it was loaded: loading the same exports in any order ends in the same state.

A version usually is one export, and replaces the one before as a whole. It *adds* to
it where the export says so (append-only exports), where it is about other sub-accounts,
or where it is one of a series, such as a file a day, and holds other days. A file of a
series that holds all days of earlier parts takes their place, so nothing is counted
twice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Part:
    """What one version brought itself.

    Attributes:
        bill_id: The version.
        version: Its number, in the order of loading.
        known_at: When it became known.
        names: Names of its export files as they came.
        digests: Digests of these files.
        series: What these names have in common; None where they are no series, or
            where a manifest says that they are all of the bill.
        first_date: First charge day, ISO 8601.
        last_date: Last charge day.
        sub_accounts: What its rows are about, in a spelling that tells them apart;
            none where that is not known.
        is_increment: Whether the export adds to what was known, whatever it holds.
        restores: The version that it brings back.
        withdrawn_at: When somebody withdrew it.
        table: Which table that grows it is from; empty where it is from none.
        costs: What its rows were billed, by currency.
    """

    bill_id: str
    version: int
    known_at: datetime
    names: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    series: str | None = None
    first_date: str = ""
    last_date: str = ""
    sub_accounts: frozenset[str] = frozenset()
    is_increment: bool = False
    restores: str | None = None
    withdrawn_at: datetime | None = None
    table: str = ""
    costs: Mapping[str, Decimal] = field(default_factory=dict)

    def is_withdrawn(self, moment: datetime) -> bool:
        """Whether it did not count any more at a moment."""
        return self.withdrawn_at is not None and self.withdrawn_at <= moment


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a version counts; ``known_to`` is None while it does."""

    bill_id: str
    known_from: datetime
    known_to: datetime | None


def compose(parts: Iterable[Part]) -> dict[str, tuple[str, ...]]:
    """Return of which versions' own files each version of one bill consists.

    What adds to a table adds to the newest version from that table: another may tell
    the same costs.
    """
    ordered = in_order(parts)
    own = {part.bill_id: part for part in ordered}
    made: dict[str, tuple[str, ...]] = {}
    for position, part in enumerate(ordered):
        if part.restores in made:
            made[part.bill_id] = made[part.restores]
            continue
        before = (
            made[earlier.bill_id]
            for earlier in reversed(ordered[:position])
            if not earlier.is_withdrawn(part.known_at)
            and not (part.is_increment and earlier.table != part.table)
        )
        kept = _beside([own[bill_id] for bill_id in next(before, ())], part)
        made[part.bill_id] = (*(one.bill_id for one in kept), part.bill_id)
    return made


def without_pieces(parts: Collection[Part]) -> list[Part]:
    """Withdraw what holds nothing but files of another version that was known then.

    Files of a version that somebody has withdrawn may come again without the others.
    """
    gone = {
        part.bill_id
        for part in parts
        for whole in parts
        if part.digests
        and whole.known_at <= part.known_at
        and not whole.is_withdrawn(part.known_at)
        and set(part.digests) < set(whole.digests)
    }
    return [
        replace(part, withdrawn_at=part.known_at) if part.bill_id in gone else part
        for part in parts
    ]


def _beside(below: Sequence[Part], part: Part) -> list[Part]:
    """Return what stays of the version before when a part comes along."""
    if part.is_increment:
        return [one for one in below if not set(one.digests) <= set(part.digests)]
    apart = [one for one in below if is_apart(one.sub_accounts, part.sub_accounts)]
    rest = [one for one in below if one not in apart]
    met = [one for one in rest if part.series is None or _meet(one, part)]
    if part.series is None or not all(_within(one, part) for one in met):
        return apart
    return [one for one in below if one not in met]


def is_apart(some: Collection[str], others: Collection[str]) -> bool:
    """Whether both name sub-accounts, and none that the other does.

    Examples:
        >>> is_apart({"a"}, {"b"}), is_apart({"a"}, {"a", "b"}), is_apart({"a"}, ())
        (True, False, False)
    """
    return bool(some) and bool(others) and set(some).isdisjoint(others)


def _meet(one: Part, other: Part) -> bool:
    """Whether two parts hold the same day, or the same file in two states."""
    is_apart = one.last_date < other.first_date or other.last_date < one.first_date
    return not is_apart or not set(one.names).isdisjoint(other.names)


def _within(one: Part, other: Part) -> bool:
    return other.first_date <= one.first_date and one.last_date <= other.last_date


def in_order(parts: Iterable[Part]) -> list[Part]:
    """Return versions in the order in which they became known.

    Of whole exports that are known from one moment, as copies of files are, the one
    that holds the latest days is the newest.
    """

    def place(part: Part) -> tuple[datetime, str, str, int]:
        is_whole = not part.is_increment and part.restores is None
        day = part.last_date if is_whole else "~"
        return part.known_at, day, part.table, part.version

    return sorted(parts, key=place)


def spans(parts: Iterable[Part]) -> list[Span]:
    """Return when which version of one bill counts, oldest first.

    A moment belongs to the version known last, of those not withdrawn by then.
    """
    ordered = in_order(parts)
    ends = {part.withdrawn_at for part in ordered if part.withdrawn_at}
    moments = sorted({part.known_at for part in ordered} | ends)
    found: list[Span] = []
    for start, end in pairwise([*moments, None]):
        assert start is not None  # noqa: S101 - for the type checker
        counting = next(
            (
                part
                for part in reversed(ordered)
                if part.known_at <= start and not part.is_withdrawn(start)
            ),
            None,
        )
        if counting is None:
            continue
        if found and (found[-1].bill_id, found[-1].known_to) == (
            counting.bill_id,
            start,
        ):
            found[-1] = Span(counting.bill_id, found[-1].known_from, end)
        else:
            found.append(Span(counting.bill_id, start, end))
    return found


def reach(
    found: Iterable[Span], made: Mapping[str, Sequence[str]]
) -> dict[str, list[tuple[datetime, datetime | None]]]:
    """Return when the own files of each version count, as part of any version."""
    times: dict[str, list[tuple[datetime, datetime | None]]] = {}
    for span in found:
        for owner in made[span.bill_id]:
            known = times.setdefault(owner, [])
            if known and known[-1][1] == span.known_from:
                known[-1] = (known[-1][0], span.known_to)
            else:
                known.append((span.known_from, span.known_to))
    return times
