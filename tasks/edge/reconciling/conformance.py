"""What FOCUS asks of each charge: rules as SQL, and which charges break them.

``sql/audit/rules.toml`` holds the rules. Each becomes one column of a view over the
charges, so that a single scan counts all of them.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import chain

from tasks.edge.database import queries

# What an audit asks of charges besides the rules.
KEPT = (
    "x_BillId",
    "BillingAccountId",
    "ServiceName",
    "ChargeCategory",
    "ChargeFrequency",
    "CommitmentDiscountId",
    "CommitmentDiscountStatus",
    "InvoiceId",
    "BillingCurrency",
    "BilledCost",
    "EffectiveCost",
    "ChargePeriodStart",
    "ChargePeriodEnd",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that a single charge can break.

    Attributes:
        rule: FOCUS's own id, or one of ours that starts with ``x_``.
        says: The rule in words.
        holds: SQL condition that is false where a charge breaks it; null counts as
            kept.
        when: SQL condition for charges that the rule is about.
    """

    rule: str
    says: str
    holds: str
    when: str = "TRUE"

    @property
    def broken(self) -> str:
        """SQL condition that is true where a charge breaks the rule."""
        return f"({self.when}) AND NOT ({self.holds})"


@cache
def rules() -> dict[str, Rule]:
    """Return the rules by id, in the order of the file."""
    text = (queries.SQL / "audit" / "rules.toml").read_text(encoding="utf-8")
    listed = (Rule(**entry) for entry in tomllib.loads(text)["rules"])
    return {rule.rule: rule for rule in listed}


def judged(charges: str) -> str:
    """Return a query that says of each charge which rules it breaks.

    Args:
        charges: Query for FOCUS rows.
    """
    columns = chain(KEPT, (f'{r.broken} AS "{r.rule}"' for r in rules().values()))
    return f"SELECT {', '.join(columns)} FROM (\n{charges}\n)"
