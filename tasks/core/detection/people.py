"""What people say of costs: feedback on anomalies, and plans made before the fact.

Apart from the detectors, so that reading the settings imports no numpy.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from tasks.core.findings.anomalies import Scope, Tag
from tasks.core.model import Frozen

EXPECTED, FALSE, TRUE = "expected", "false", "true"
VERDICTS = (EXPECTED, FALSE, TRUE)

# Kinds that stay once they are there; the others come and go.
LASTING = ("level_shift", "drift", "new_scope", "price_change", "commitment")

# Days at a month's end that are counted from that end.
MONTH_END_DAYS = 3

SCOPE_FILTERS = (
    "provider",
    "billing_account_id",
    "sub_account_id",
    "service_name",
    "region_id",
)


class Rules(Frozen):
    """What feedback changes, and for how long."""

    days: int = Field(
        180, ge=1, description="Days for which feedback has an effect on later days."
    )
    level_days: int = Field(
        28, ge=1, description="The same for a level that somebody called expected."
    )
    similar: float = Field(
        1.5,
        ge=1,
        description="Up to so many times its size, a repeat of what was called"
        " expected is not told.",
    )
    stricter: float = Field(
        1.25,
        ge=1,
        description="By so much each false alarm raises the bound of its scope and"
        " direction.",
    )
    strictest: float = Field(2.0, ge=1, description="The bound is raised no further.")


class Filter(Frozen):
    """A scope; what is not named is any."""

    provider: str | None = Field(None, description="FOCUS ServiceProviderName.")
    billing_account_id: str | None = Field(None, description="Billing account.")
    sub_account_id: str | None = Field(None, description="Sub account.")
    service_name: str | None = Field(None, description="FOCUS ServiceName.")
    region_id: str | None = Field(None, description="FOCUS RegionId.")

    def covers(self, scope: Scope) -> bool:
        """Return whether a scope lies within."""
        return all(
            getattr(self, name) in (None, getattr(scope, name))
            for name in SCOPE_FILTERS
        )


class Planned(Filter):
    """An event that somebody knows of before it happens."""

    title: str = Field(min_length=1, description="What it is, in a few words.")
    first_date: date = Field(description="Its first day.")
    last_date: date = Field(description="Its last day.")
    direction: Literal["up", "down", "both"] = Field(
        "both", description="Which way it moves costs."
    )
    extra_cost: Decimal | None = Field(
        None,
        gt=0,
        description="By how much money a day at most, over all of its scope.",
    )
    extra_pct: float | None = Field(
        None, gt=0, description="The same in percent of what was expected."
    )

    @model_validator(mode="after")
    def is_possible(self) -> Self:
        """Refuse what ends before it begins, and two bounds at once."""
        if self.last_date < self.first_date:
            raise ValueError("last_date lies before first_date")
        if self.extra_cost is not None and self.extra_pct is not None:
            raise ValueError("give extra_cost or extra_pct, not both")
        return self


@dataclass(frozen=True, slots=True)
class Plan:
    """A planned event, when somebody told of it, and when it was taken off."""

    planned: Planned
    created_at: datetime
    removed_at: datetime | None = None

    def counts_on(self, day: date) -> bool:
        """Return whether the event widens what is normal on a day.

        Not before it was told, nor from when it was taken off.
        """
        event = self.planned
        is_removed = self.removed_at is not None and self.removed_at.date() <= day
        first = max(event.first_date, self.created_at.date())
        return first <= day <= event.last_date and not is_removed


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody said of an anomaly, and what the anomaly was then.

    Attributes:
        anomaly_id: The anomaly.
        verdict: ``expected``, ``false`` or ``true``.
        reason: Why, in their words.
        given_at: When.
        scope: The anomaly's scope, with its rolled-up columns.
        rolled_up: Columns of the scope that mean all below.
        direction: ``up`` or ``down``.
        kind: Its kind then.
        dates: Its days then, oldest first.
        daily_impact: Its largest deviation on one day, without sign.
        daily_pct: The same in percent of what was expected; None where nothing was.
        tag: What of the scope the anomaly was about; None: all of it.
    """

    anomaly_id: str
    verdict: str
    reason: str
    given_at: datetime
    scope: Scope
    rolled_up: tuple[str, ...]
    direction: str
    kind: str
    dates: tuple[date, ...]
    daily_impact: float
    daily_pct: float | None
    tag: Tag | None = None

    def covers(self, scope: Scope, tag: Tag | None = None) -> bool:
        """Return whether the anomaly was about a series, or the part with a tag."""
        return tag == self.tag and all(
            name in self.rolled_up or getattr(scope, name) == getattr(self.scope, name)
            for name in (*SCOPE_FILTERS, "charge_kind", "billing_currency")
        )

    def is_own(self, day: date) -> bool:
        """Return whether a day lies within the anomaly."""
        return self.dates[0] <= day <= self.dates[-1]

    def is_repeat(self, day: date, rules: Rules) -> bool:
        """Return whether a later day may show the same again.

        A level may go on for a while. What comes and goes may come again on the same
        weekday, or on the same day of a month, counted from its end near the end.
        """
        said = self.given_at.date()
        if self.kind in LASTING:
            return said <= day < said + timedelta(days=rules.level_days)
        if not said <= day < said + timedelta(days=rules.days):
            return False
        return any(
            day.weekday() == own.weekday() or places(day) & places(own)
            for own in self.dates
        )


def places(day: date) -> set[int]:
    """Return where a day lies in its month: 1 to 31, and -1 to -3 near the end.

    Examples:
        >>> sorted(places(date(2026, 2, 27)))
        [-2, 27]
    """
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    back = (day - following).days
    return {day.day, back} if back >= -MONTH_END_DAYS else {day.day}
