"""Cost Explorer's record types as FOCUS rows: every sum is kept."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.core.intake.record_types import Cost, rows

DAY = date(2026, 12, 31)
KINDS = [
    "Usage",
    "DiscountedUsage",
    "SavingsPlanCoveredUsage",
    "SavingsPlanNegation",
    "SavingsPlanRecurringFee",
    "SavingsPlanUpfrontFee",
    "RIFee",
    "Fee",
    "Tax",
    "Credit",
    "Refund",
    "Enterprise Discount Program Discount",
    "Something new",
]

amounts = st.decimals(-1000, 1000, places=10)
costs = st.builds(
    Cost,
    day=st.sampled_from([DAY, date(2026, 12, 1)]),
    account=st.sampled_from(["1", "2"]),
    service=st.sampled_from(["Amazon S3", "AWS Lambda"]),
    record_type=st.sampled_from(KINDS),
    currency=st.just("USD"),
    billed=amounts,
    effective=amounts,
)


def cost(kind, billed, effective, service="Amazon EC2"):
    return Cost(DAY, "2", service, kind, "USD", Decimal(billed), Decimal(effective))


def told(*given):
    """What matters of the rows."""
    names = ("ChargeCategory", "ChargeFrequency", "BilledCost", "EffectiveCost")
    return [tuple(row[name] for name in names) for row in rows("1", given)]


@given(st.lists(costs, max_size=20))
def test_sums_are_kept(given_costs):
    """Whatever is moved between rows, nothing is lost and nothing is added."""
    found = rows("1", given_costs)
    for name, field in (("BilledCost", "billed"), ("EffectiveCost", "effective")):
        assert sum(Decimal(row[name]) for row in found) == sum(
            getattr(one, field) for one in given_costs
        )


@given(st.lists(costs, max_size=10), st.randoms())
def test_the_order_of_answers_plays_no_part(given_costs, random):
    """The same costs in another order are the same file."""
    turned = list(given_costs)
    random.shuffle(turned)
    assert rows("1", given_costs) == rows("1", turned)


@pytest.mark.parametrize("kind", ["RIFee", "Recurring reservation fee"])
def test_a_recurring_fee_is_a_purchase_and_its_waste(kind):
    """What was paid has no effective cost; what was not used is no purchase."""
    assert told(cost(kind, "72", "3")) == [
        ("Purchase", "Recurring", "72", "0"),
        ("Usage", "Usage-Based", "0", "3"),
    ]
    assert told(cost(kind, "72", "0")) == [("Purchase", "Recurring", "72", "0")]


def test_a_fee_that_is_paid_once():
    """An upfront fee of a commitment, and one that is none."""
    assert told(cost("Fee", "500", "0")) == [("Purchase", "One-Time", "500", "0")]
    assert told(cost("Fee", "12", "12")) == [("Purchase", "One-Time", "12", "12")]


def test_a_negation_cancels_what_covered_usage_shows():
    """On-demand cost and its negation are no rows; what does not cancel is one."""
    covered = cost("SavingsPlanCoveredUsage", "10", "6")
    assert told(covered, cost("SavingsPlanNegation", "-10", "0")) == [
        ("Usage", "Usage-Based", "0", "6")
    ]
    assert told(covered, cost("SavingsPlanNegation", "-9.5", "0")) == [
        ("Usage", "Usage-Based", "0", "6"),
        ("Usage", "One-Time", "0.5", "0"),
    ]


def test_periods_end_where_the_next_begin():
    """The last day of a year ends in the next one, as its month does."""
    (row,) = rows("1", [cost("Tax", "1", "1")])
    assert (row["ChargePeriodStart"], row["ChargePeriodEnd"]) == (
        "2026-12-31T00:00:00Z",
        "2027-01-01T00:00:00Z",
    )
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == (
        "2026-12-01T00:00:00Z",
        "2027-01-01T00:00:00Z",
    )
    assert (row["BillingAccountId"], row["SubAccountId"]) == ("1", "2")
