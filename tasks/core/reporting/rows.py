"""The rows that the report is made of, as the warehouse holds them.

Each class has one field per column of the query of the same meaning in
``sql/report/``. Amounts stay Decimal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from tasks.core.reporting.outlook import Outlook

SEVERITIES = ("critical", "high", "medium", "low")
OPEN = ("provisional", "confirmed")

ZERO = Decimal(0)

# Stands for charges that come once a month whatever a service did.
MONTHLY = "tax, support, fees and credits"


@dataclass(frozen=True, slots=True)
class ServiceDay:
    """Effective cost of a service on a day; no name stands for all other services."""

    billing_currency: str
    charge_date: date
    service_name: str | None
    has_usage: bool
    effective_cost: Decimal


@dataclass(frozen=True, slots=True)
class SpendKind:
    """What charges of one kind came to in the newest thirty days."""

    billing_currency: str
    charge_kind: str
    effective_cost: Decimal
    billed_cost: Decimal


@dataclass(frozen=True, slots=True)
class Anomaly:
    """An anomaly, newest revision; a scope part that is None means all below."""

    anomaly_id: str
    status: str
    kind: str
    direction: str
    severity: str
    provider: str | None
    billing_account_id: str | None
    sub_account_id: str | None
    service_name: str | None
    region_id: str | None
    resource_id: str | None
    charge_kind: str
    first_date: date
    last_date: date
    billing_currency: str
    actual_cost: Decimal
    expected_cost: Decimal
    impact: Decimal
    impact_pct: float | None
    lasting_cost: Decimal | None
    detector: str
    explanation: str | None

    @property
    def is_open(self) -> bool:
        """True while somebody should look at it."""
        return self.status in OPEN

    @property
    def standing(self) -> str:
        """Its status, in a word that says whether its costs went back."""
        is_normal = self.status == "resolved" and self.lasting_cost is not None
        return "became normal" if is_normal else self.status

    @property
    def urgency(self) -> tuple[bool, int, Decimal, str]:
        """Sort key: open ones first, then the gravest, then the dearest."""
        known = self.severity in SEVERITIES
        rank = SEVERITIES.index(self.severity) if known else len(SEVERITIES)
        return not self.is_open, rank, -abs(self.impact), self.anomaly_id


@dataclass(frozen=True, slots=True)
class AnomalyDay:
    """A day of an anomaly with the band that was expected."""

    anomaly_id: str
    charge_date: date
    actual_cost: Decimal
    expected_cost: Decimal
    expected_low: Decimal
    expected_high: Decimal


@dataclass(frozen=True, slots=True)
class ScopeDay:
    """What the scope of an anomaly cost on a day around it."""

    anomaly_id: str
    charge_date: date
    effective_cost: Decimal


@dataclass(frozen=True, slots=True)
class Driver:
    """One contribution to an anomaly; no member stands for the remainder."""

    anomaly_id: str
    rank: int
    dimension: str
    member: str | None
    effect: str
    impact: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """A change in the clouds where and when an anomaly began."""

    anomaly_id: str
    changed_at: datetime
    actor: str | None
    what: str
    resource_id: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An open recommendation with its newest verdict; None before it is judged."""

    recommendation_id: str
    action: str
    provider: str
    sub_account_id: str | None
    region_id: str | None
    resource_id: str
    environment: str | None
    current: str | None
    proposed: str | None
    billing_currency: str
    monthly_cost: Decimal | None
    monthly_saving: Decimal | None
    risk: str | None
    evidence: str | None
    decision: str | None
    reasons: list[str]
    phase: str | None
    workflow_name: str | None

    @property
    def saving(self) -> Decimal:
        """The monthly saving, zero where none could be computed."""
        return self.monthly_saving or ZERO


@dataclass(frozen=True, slots=True)
class Abstention:
    """How often no advice was given for one reason."""

    action: str
    reason: str
    resources: int
    example: str


@dataclass(frozen=True, slots=True)
class Bill:
    """A current bill version in one currency, and how far the daily series is off."""

    bill_id: str
    source: str
    provider: str | None
    billing_account_id: str | None
    billing_period: str | None
    version: int | None
    versions: int
    known_at: datetime | None
    billing_currency: str
    row_count: int
    billed_cost: Decimal
    effective_cost: Decimal
    billed_difference: Decimal | None
    effective_difference: Decimal | None

    @property
    def state(self) -> str:
        """Whether the daily series adds up to what the export itself sums to."""
        differences = (self.billed_difference, self.effective_difference)
        if None in differences:
            return "not aggregated yet"
        return "adds up" if differences == (ZERO, ZERO) else "differs"


@dataclass(frozen=True, slots=True)
class Check:
    """A promise about the bills, and how many of those checked break it."""

    name: str
    severity: str
    checked: int
    broken: int
    row_count: int

    @property
    def promise(self) -> str:
        """What is promised, as the check's file name says it."""
        _, _, promise = self.name.rpartition("__")
        return promise.replace("_", " ")

    @property
    def table(self) -> str:
        """The table that promises it."""
        layer, _, rest = self.name.partition("__")
        return f"{layer}.{rest.partition('__')[0]}"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An export that was not loaded."""

    source: str
    billing_period: str | None
    loaded_at: datetime
    origin: list[str]
    reason: str


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """What everything of a currency is expected to cost on a day to come."""

    billing_currency: str
    charge_date: date
    expected_cost: Decimal


@dataclass(frozen=True, slots=True)
class Youth:
    """How many days of bills are known, where no series has as many as it needs."""

    known: int
    needed: int

    def __str__(self) -> str:
        """Say it in a sentence."""
        return (
            f"Series are judged once {self.needed} days of them lie before a day; the"
            f" bills so far span {self.known}."
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """All rows that the report is made of."""

    service_days: Sequence[ServiceDay] = ()
    spend_kinds: Sequence[SpendKind] = ()
    anomalies: Sequence[Anomaly] = ()
    anomaly_days: Sequence[AnomalyDay] = ()
    scope_days: Sequence[ScopeDay] = ()
    anomaly_drivers: Sequence[Driver] = ()
    changes: Sequence[Change] = ()
    recommendations: Sequence[Recommendation] = ()
    abstentions: Sequence[Abstention] = ()
    bills: Sequence[Bill] = ()
    checks: Sequence[Check] = ()
    quarantined: Sequence[Quarantined] = ()
    forecast_days: Sequence[ForecastDay] = ()
    outlook: Outlook = field(default_factory=Outlook)
    youth: Youth | None = None
