"""Which version a lake file counts for at a moment, as SQL that names the moment.

Versions of a bill may share files: the hive column ``version`` of a file says whose own
file it is, and what is built here says of which version it is a part at the moment.
The times stand in it as literals: DuckDB then works out before it reads anything which
files count, and opens no other.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

from tasks.core.intake.counting import counted
from tasks.core.intake.versions import Part, Span, reach, spans
from tasks.edge.database import queries, warehouse
from tasks.edge.mapping import counting


class Known(Protocol):
    """What has to be known of a bill version."""

    @property
    def bill_id(self) -> str:
        """Its key."""

    @property
    def key(self) -> tuple[str, str | None, str]:
        """Which bill it is a version of."""

    @property
    def version(self) -> int:
        """Its number."""

    @property
    def known_from(self) -> datetime:
        """When it became known."""

    @property
    def withdrawn_at(self) -> datetime | None:
        """From when it counts no more, though nothing replaced it."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Versions whose own files it consists of."""

    @property
    def is_pruned(self) -> bool:
        """Whether its files are no longer kept."""


Bill = TypeVar("Bill", bound=Known)


def layers(bills: Iterable[Bill]) -> list[list[Bill]]:
    """Divide bills into lists in which no two share files; mostly there is one."""
    found: list[tuple[set[str], list[Bill]]] = []
    for bill in bills:
        free = (one for one in found if one[0].isdisjoint(bill.parts))
        layer = next(free, None)
        if layer is None:
            layer = (set(), [])
            found.append(layer)
        layer[0].update(bill.parts)
        layer[1].append(bill)
    return [layer for _, layer in found]


def owner_in(bills: Iterable[Known]) -> str | None:
    """Return which version a file belongs to, by whose own file it is."""
    borrowed = [
        f"{queries.literal(owner)}: {queries.literal(bill.bill_id)}"
        for bill in bills
        for owner in bill.parts
        if owner != bill.bill_id
    ]
    if not borrowed:
        return None
    return f"coalesce(MAP {{{', '.join(borrowed)}}}[version], version)"


class Moments:
    """When which versions count, and which of them have lost their files."""

    def __init__(
        self,
        versions: Collection[Known],
        covered: Mapping[str, Collection[str]],
    ) -> None:
        """Work it out for all versions of all bills.

        Args:
            versions: Versions that are not quarantined.
            covered: Versions of other sources that count in place of one.
        """
        by_bill: dict[tuple[str, str | None, str], list[Known]] = defaultdict(list)
        for version in versions:
            by_bill[version.key].append(version)
        self._of_files: list[str] = []
        self._of_versions: list[str] = []
        self._lost: list[str] = []
        counting: dict[str, list[Span]] = defaultdict(list)
        newest = [span for bill in by_bill.values() for span in _newest(bill)]
        for span in counted(newest, covered):
            counting[span.bill_id].append(span)
        for number, bill in enumerate(by_bill.values()):
            found = [span for one in bill for span in counting[one.bill_id]]
            self._add(number, bill, sorted(found, key=lambda span: span.known_from))

    def _add(self, number: int, bill: Iterable[Known], found: Iterable[Span]) -> None:
        versions = {version.bill_id: version for version in bill}
        kept = [span for span in found if not versions[span.bill_id].is_pruned]
        made = {bill_id: version.parts for bill_id, version in versions.items()}
        self._of_files += [
            _entry(queries.literal(owner), str(number), *times)
            for owner, counting in reach(kept, made).items()
            for times in counting
        ]
        for span in found:
            lost = versions[span.bill_id].is_pruned
            (self._lost if lost else self._of_versions).append(
                _entry(
                    str(number),
                    queries.literal(span.bill_id),
                    span.known_from,
                    span.known_to,
                )
            )

    @property
    def counting(self) -> str:
        """An expression of ``version`` and ``moment``: whose file it is, or null."""
        if not self._of_files:
            return "NULL::VARCHAR"
        return f"{_at_moment(self._of_versions)}[{_at_moment(self._of_files)}[version]]"

    @property
    def refusal(self) -> str | None:
        """A query that raises an error where files of the moment are no longer kept."""
        if not self._lost:
            return None
        return (
            "SELECT bill_id AS x_BillId FROM (SELECT unnest(map_values("
            f"{_at_moment(self._lost)})) AS bill_id) WHERE error('The lines of '"
            " || bill_id || ' are no longer kept, only its daily series is: ask"
            " series.daily_cost_as_of, or another moment.') IS NOT NULL"
        )


def of(con: warehouse.Connection, versions: Collection[Known]) -> Moments:
    """Return when versions count, and which of two sources does where both tell."""
    return Moments(versions, counting.covered(con))


def _newest(bill: Iterable[Known]) -> list[Span]:
    """Return when each version of a bill is the newest of it."""
    return spans(
        Part(one.bill_id, one.version, one.known_from, withdrawn_at=one.withdrawn_at)
        for one in bill
    )


def _entry(key: str, value: str, start: datetime, end: datetime | None) -> str:
    return (
        f"{{'key': {key}, 'value': {value}, 'known_from': {_literal(start)},"
        f" 'known_to': {_literal(end)}}}"
    )


def _at_moment(entries: Iterable[str]) -> str:
    """Return a map of the entries that count at the moment."""
    listed = ",\n".join(entries)
    return (
        "map_from_entries([{'key': one.key, 'value': one.value} FOR one IN\n"
        f"[{listed}]\nIF one.known_from <= moment::TIMESTAMPTZ"
        " AND moment::TIMESTAMPTZ < one.known_to])"
    )


def _literal(at: datetime | None) -> str:
    return f"TIMESTAMPTZ '{at.isoformat() if at else 'infinity'}'"
