"""Recognise what an export is from the names of its columns, and name them alike.

CSV and Parquet of one format reach the lake under the same names: legacy CUR headers
as Athena writes them, FOCUS columns as the specification writes them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tasks.core.errors import (
    BillError,
    MissingColumn,
    MissingCurrency,
    OtherTable,
    RepeatedColumn,
    UnknownFormat,
)
from tasks.core.intake.formats import (
    aws,
    azure,
    evidence,
    focus,
    google,
    oracle,
    others,
)
from tasks.core.intake.formats.declaration import Format

# Formats of bills by name.
BILLS = {
    kind.name: kind
    for kind in (
        focus.FOCUS,
        focus.GOOGLE,
        aws.CUR2,
        aws.LEGACY_CUR,
        azure.AZURE,
        azure.ACTUAL_ONLY,
        azure.AMORTISED_ONLY,
        google.STANDARD,
        google.DETAILED,
        oracle.COST,
    )
}

# How many of a format's columns a file must have to be taken for one that lacks some.
LIKENESS = 3

# How many columns a message names.
SHOWN = 5

# FOCUS leaves the names of providers to the providers, who write them in several ways.
PROVIDERS = {
    "amazon web services": "AWS",
    "aws": "AWS",
    "azure": "Microsoft",
    "gcp": "Google Cloud",
    "google": "Google Cloud",
    "google cloud": "Google Cloud",
    "microsoft": "Microsoft",
    "microsoft azure": "Microsoft",
}


@dataclass(frozen=True, slots=True)
class Recognised:
    """A format, and the name that each column of the file gets, by position."""

    format: Format
    names: tuple[str, ...]


def recognise(header: Sequence[str], *, has_currency: bool = False) -> Recognised:
    """Say which format has these columns.

    Args:
        header: Names of the columns in the file.
        has_currency: Whether the currency of Azure's bills is told elsewhere, where
            they have no column of it, as those of the enterprise portal.

    Raises:
        MissingColumn: It is plainly one format, but lacks a column of it.
        MissingCurrency: It lacks nothing but Azure's currency.
        OtherTable: It is a table beside bills.
        RepeatedColumn: It has a column twice that may be there once.
        UnknownFormat: It is none of them.

    Examples:
        >>> recognise(["Provider"])
        Traceback (most recent call last):
            ...
        tasks.core.errors.UnknownFormat: no known format has the column Provider
    """
    return _recognised(tuple(header), has_currency=has_currency)


# The files of one export have the same columns, and each is asked for twice.
@lru_cache(maxsize=16)
def _recognised(header: tuple[str, ...], *, has_currency: bool) -> Recognised:
    candidates = [
        (kind, _apart(names))
        for kind, names in (
            focus.candidate(header),
            aws.candidate(header),
            azure.candidate(header),
            google.candidate(header),
            oracle.candidate(header),
            *evidence.candidates(header),
        )
    ]
    for kind, names in candidates:
        told = {kind.currency} if has_currency and kind is azure.AZURE else set()
        if set(kind.required) <= set(names) | told:
            _refuse_repeated(kind, names)
            _refuse_scattered(kind, names)
            return Recognised(kind, names)
    raise _nearest_miss(header, candidates)


def _refuse_repeated(kind: Format, names: tuple[str, ...]) -> None:
    """Refuse two columns of one name where nobody could say which of them counts."""
    for name in kind.required:
        if f"{name}_2" in names:
            raise RepeatedColumn(f"it has the column {name} twice")


def _refuse_scattered(kind: Format, names: tuple[str, ...]) -> None:
    """Refuse the fields of a list without the list: a row is there once for each item.

    Its cost would count as often, and nothing tells such rows from others.
    """
    for name, fields in kind.lists.items():
        scattered = [field for field in fields if f"{name}_{field}" in names]
        if scattered and name not in names:
            raise MissingColumn(
                f"it has the column {name}_{scattered[0]} in place of the list {name},"
                f" so what has several {name} may count several times"
            )


def provider(name: str) -> str:
    """Return the one name that a provider has here.

    Examples:
        >>> provider("Microsoft Azure"), provider("ACMECORP")
        ('Microsoft', 'ACMECORP')
    """
    return PROVIDERS.get(name.strip().lower(), name)


def _apart(names: Iterable[str]) -> tuple[str, ...]:
    """Number names that occur twice, whatever their case; name the empty ones."""
    seen: Counter[str] = Counter()
    kept = []
    for position, name in enumerate(names, start=1):
        wanted = name or f"column_{position}"
        fresh, tries = wanted, 1
        while seen[fresh.lower()]:
            tries += 1
            fresh = f"{wanted}_{tries}"
        seen[fresh.lower()] += 1
        kept.append(fresh)
    return tuple(kept)


def _nearest_miss(
    header: Sequence[str], candidates: Sequence[tuple[Format, tuple[str, ...]]]
) -> BillError:
    if says := others.told(header):
        return OtherTable(f"it is {says}")

    def likeness(candidate: tuple[Format, tuple[str, ...]]) -> int:
        return len(set(candidate[0].required) & set(candidate[1]))

    kind, names = max(candidates, key=likeness)
    if likeness((kind, names)) < LIKENESS:
        shown = ", ".join(name.strip() or "(empty)" for name in header[:SHOWN])
        more = ", …" if len(header) > SHOWN else ""
        noun = "column" if len(header) == 1 else "columns"
        return UnknownFormat(f"no known format has the {noun} {shown}{more}")
    missing = [column for column in kind.required if column not in names]
    noun = "column" if len(missing) == 1 else "columns"
    is_told = kind is azure.AZURE and missing == [kind.currency]
    return (MissingCurrency if is_told else MissingColumn)(
        f"it looks like {kind.title}, but lacks the {noun} {', '.join(missing)}"
    )
