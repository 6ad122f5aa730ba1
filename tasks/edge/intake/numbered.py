"""What numbered files have in common, and what people should know of it."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from tasks.core.intake.deliveries import Slice
from tasks.core.intake.naming import stem
from tasks.core.intake.numbered import Likeness, older_end
from tasks.core.reporting import wording
from tasks.edge.costs import sums
from tasks.edge.database import queries
from tasks.edge.intake.landing import Staged
from tasks.edge.intake.parsing.staging import Connection
from tasks.edge.intake.versions.register import EXACT

# Of many lines some tell as much as all; every file is compared with every other.
COMPARED_LINES = 400_000
COMPARED_SUMS = 4_000_000


def likeness(con: Connection, staged: Sequence[Staged]) -> Likeness:
    """Compare the files of a delivery that only a number tells apart.

    Args:
        con: A connection that reads exports.
        staged: The files; exports of growing tables are not looked at.
    """
    by_stem: dict[tuple[str, str], list[int]] = {}
    for position, part in enumerate(staged):
        kind = part.export.format
        if not kind.is_appended:
            key = (stem(part.export.file.name), kind.name)
            by_stem.setdefault(key, []).append(position)
    alike: set[tuple[int, int]] = set()
    shared: dict[tuple[int, int], int] = {}
    for places in by_stem.values():
        if len(places) > 1:
            found = _alike(con, staged, places)
            alike |= found
            # States of a bill tell so by their sums; no line is needed then.
            if not found.issuperset(pairwise(places)):
                shared |= _shared(con, staged, places)
    return Likeness(
        alike,
        shared,
        {number: _rows(part) for number, part in enumerate(staged)},
        {number: part.export.file.made_at for number, part in enumerate(staged)},
    )


def _alike(
    con: Connection, staged: Sequence[Staged], places: Sequence[int]
) -> set[tuple[int, int]]:
    """Return which files have most sums of days in common."""
    of = {
        str(sums.ensure(con, staged[one].export.format, staged[one].path)): one
        for one in places
    }
    counted = con.execute(
        "SELECT sum(num_rows) FROM parquet_file_metadata($sums)", {"sums": [*of]}
    ).fetchall()[0][0]
    every = len(of) * int(counted or 0) // COMPARED_SUMS + 1
    pairs = con.execute(
        queries.text("raw/alike_files"), {"sums": [*of], "every": every}
    ).fetchall()
    return {(min(of[one], of[two]), max(of[one], of[two])) for one, two in pairs}


def _shared(
    con: Connection, staged: Sequence[Staged], places: Sequence[int]
) -> dict[tuple[int, int], int]:
    """Return how many lines each two of some files have in common."""
    of = {str(staged[one].path): one for one in places}
    rows = sum(_rows(staged[one]) for one in places)
    pairs = con.execute(
        queries.text("raw/shared_lines"),
        {"files": [*of], "every": rows // COMPARED_LINES + 1},
    ).fetchall()
    return {
        (min(of[one], of[two]), max(of[one], of[two])): lines
        for one, two, lines in pairs
    }


def notes(
    groups: Sequence[Sequence[Slice]], staged: Sequence[Staged], found: Likeness
) -> Iterator[str]:
    """Say which files were left out as those of a longer export, or may have to be.

    Args:
        groups: The files of each bill version.
        staged: The files.
        found: What they have in common.
    """
    for group in groups:
        if group[0].is_left:
            yield _left(group, groups, staged)
    for group in groups:
        files = [part.file for part in group]
        is_one = len({stem(part.name) for part in group}) == 1
        old = older_end(files, found) if is_one else ()
        if old:
            yield _old(group, old, staged)


def _left(
    group: Sequence[Slice], groups: Sequence[Sequence[Slice]], staged: Sequence[Staged]
) -> str:
    new = next(
        other
        for other in groups
        if not other[0].is_left
        and other[0].billing_account_id == group[0].billing_account_id
        and other[0].billing_period == group[0].billing_period
        and stem(other[0].name) == stem(group[0].name)
    )
    return (
        f"{_named(group)} {_verb(group, 'holds', 'hold')} lines that {_named(new)}"
        f" {_verb(new, 'holds', 'hold')}, too, as what is left of an older, longer"
        f" export does: not counted. {group[0].billing_period} is"
        f" {_cost(new, staged)}; with {_verb(group, 'it', 'them')} it would be"
        f" {_cost([*new, *group], staged)}. Remove what is left; if all are parts of"
        " one export, ingest them with its manifest."
    )


def _old(group: Sequence[Slice], old: Sequence[int], staged: Sequence[Staged]) -> str:
    last = [part for part in group if part.file in old]
    rest = [part for part in group if part.file not in old]
    return (
        f"{_named(last)} {_verb(last, 'was', 'were')} written more than an hour before"
        f" {_named(rest)}, and may be left of an older, longer export."
        f" {group[0].billing_period} is {_cost(group, staged)}; without"
        f" {_verb(last, 'it', 'them')} it would be {_cost(rest, staged)}. If so,"
        " withdraw the version (costwarden bills), remove what is left and ingest the"
        " others again."
    )


def _named(parts: Sequence[Slice]) -> str:
    first, last = parts[0].name, parts[-1].name
    return first if len(parts) == 1 else f"{first} to {last.rpartition('/')[2]}"


def _verb(parts: Sequence[Slice], one: str, several: str) -> str:
    return one if len(parts) == 1 else several


def _cost(parts: Iterable[Slice], staged: Sequence[Staged]) -> str:
    """Return what some files sum to, by currency."""
    added: dict[str, Decimal] = {}
    for part in parts:
        for total in staged[part.file].totals:
            if (total.billing_account_id, total.billing_period) == (
                part.billing_account_id,
                part.billing_period,
            ) and total.billing_currency:
                before = added.get(total.billing_currency, Decimal(0))
                added[total.billing_currency] = EXACT.add(before, total.billed_cost)
    return ", ".join(
        wording.money(value, currency) for currency, value in sorted(added.items())
    )


def _rows(part: Staged) -> int:
    return sum(total.row_count for total in part.totals)
