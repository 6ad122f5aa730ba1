"""How much one run may change by itself, whatever the policies allow."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import Field

from tasks.core.model import Frozen
from tasks.core.reporting.wording import money
from tasks.core.rightsizing.advice import Recommendation
from tasks.core.rightsizing.recommendations import ZERO


class Limits(Frozen):
    """How much one run may change by itself."""

    changes: int = Field(25, ge=0, description="Changes in one run, at most.")
    resources_pct: Decimal = Field(
        Decimal(10),
        ge=0,
        le=100,
        description="Percent of a provider's resources in one run; one is always free.",
    )
    monthly_cost: Decimal = Field(
        Decimal(10_000),
        ge=0,
        description="Monthly cost of all changed resources of one run, per currency.",
    )
    cool_down_days: int = Field(
        7, ge=0, description="Days that a changed resource is left alone."
    )
    change_window: str = Field(
        "tuesday-to-thursday-02-05",
        description="Window in which changes run; the policies list those allowed.",
    )


@dataclass(slots=True)
class Run:
    """What a run has granted so far."""

    limits: Limits
    changes: int = 0
    by_provider: Counter[str] = field(default_factory=Counter)
    cost: defaultdict[str, Decimal] = field(
        default_factory=lambda: defaultdict(lambda: ZERO)
    )

    def grant(self, one: Recommendation) -> None:
        """Count a change that goes ahead."""
        self.changes += 1
        self.by_provider[one.provider] += 1
        self.cost[one.billing_currency] += one.monthly_cost or ZERO

    def objections(self, one: Recommendation, population: int) -> list[str]:
        """Return which limits one more change would break.

        Args:
            one: The change.
            population: Known resources at its provider.
        """
        limits = self.limits
        share = max(population * limits.resources_pct / 100, Decimal(1))
        cost = self.cost[one.billing_currency] + (one.monthly_cost or ZERO)
        broken = {
            f"This run already has its {limits.changes} changes.": (
                self.changes >= limits.changes
            ),
            f"This run already changes {limits.resources_pct}% of the resources at"
            f" {one.provider}.": self.by_provider[one.provider] + 1 > share,
            "This run would change more than"
            f" {money(limits.monthly_cost, one.billing_currency)} a month.": (
                cost > limits.monthly_cost
            ),
        }
        return [message for message, is_broken in broken.items() if is_broken]
