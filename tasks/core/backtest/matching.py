"""What was told, held against what is known to have happened.

Something is told when an alert covers its place, has its direction and shares a day
with it. An alert that tells of nothing that happened is a false one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, Protocol, TypeVar

from tasks.core.findings.anomalies import Scope

# Columns of a scope over which an alert may be merged.
PLACE = ("sub_account_id", "service_name", "region_id")
# Columns that are always there, and have to be the same.
WHOLE = ("provider", "billing_account_id", "charge_kind", "billing_currency")

# An alert may begin this many days after what it tells of has ended: its last effects.
GRACE = timedelta(days=1)


class Event(Protocol):
    """Something that was told, or that happened."""

    @property
    def scope(self) -> Scope:
        """Where."""

    @property
    def rolled_up(self) -> tuple[str, ...]:
        """Columns of the scope that stand for all below."""

    @property
    def kind(self) -> str:
        """Its shape."""

    @property
    def direction(self) -> str:
        """``up`` or ``down``."""

    @property
    def first_date(self) -> date:
        """First day."""

    @property
    def last_date(self) -> date:
        """Last day."""


Told = TypeVar("Told", bound=Event)
Happened = TypeVar("Happened", bound=Event)


@dataclass(frozen=True, slots=True)
class Stated:
    """An event of which nothing more is known."""

    scope: Scope
    rolled_up: tuple[str, ...]
    kind: str
    direction: str
    first_date: date
    last_date: date


@dataclass(frozen=True, slots=True)
class Comparison(Generic[Told, Happened]):
    """What became of everything that happened, and of everything that was told.

    Attributes:
        pairs: Each thing that happened, with the first alert of it; None where nobody
            told of it.
        again: Alerts that tell once more of what was told.
        false: Alerts of nothing that happened.
    """

    pairs: tuple[tuple[Happened, Told | None], ...]
    again: int
    false: tuple[Told, ...]


def compare(
    told: Sequence[Told], happened: Sequence[Happened]
) -> Comparison[Told, Happened]:
    """Hold what was told against what happened."""
    pairs: list[tuple[Happened, Told | None]] = []
    again = 0
    is_true = [False] * len(told)
    for event in happened:
        hits = [place for place, item in enumerate(told) if matches(item, event)]
        for place in hits:
            is_true[place] = True
        again += max(len(hits) - 1, 0)
        found = [told[place] for place in hits]
        first = min(found, key=lambda item: item.first_date, default=None)
        pairs.append((event, first))
    false = [item for item, hit in zip(told, is_true, strict=True) if not hit]
    return Comparison(tuple(pairs), again, tuple(false))


def matches(told: Event, happened: Event) -> bool:
    """Return whether an alert tells of something that happened."""
    return (
        told.direction == happened.direction
        and covers(told, happened)
        and told.first_date <= happened.last_date + GRACE
        and told.last_date >= happened.first_date
    )


def covers(one: Event, other: Event) -> bool:
    """Return whether two events may be about one place.

    Examples:
        >>> day = date(2026, 3, 5)
        >>> here = Scope("AWS", "1", "2", "EC2", "eu-west-1", "usage", "USD")
        >>> everywhere = Scope("AWS", "1", "2", "EC2", None, "usage", "USD")
        >>> event = Stated(here, (), "spike", "up", day, day)
        >>> covers(event, Stated(everywhere, ("region_id",), "spike", "up", day, day))
        True
        >>> covers(event, Stated(everywhere, (), "spike", "up", day, day))
        False
    """
    merged = {*one.rolled_up, *other.rolled_up}
    names = [*WHOLE, *(name for name in PLACE if name not in merged)]
    return all(getattr(one.scope, name) == getattr(other.scope, name) for name in names)
