"""Questions that FinOps people ask of FOCUS rows, and the same of CUR's own columns.

The FOCUS side uses columns as published use-case queries do; the raw side is what
somebody writes who knows CUR well, amortisation by line type included.
"""

from dataclasses import dataclass

MONTH = (
    "BillingPeriodStart >= TIMESTAMP '2026-10-01'"
    " AND BillingPeriodEnd <= TIMESTAMP '2026-11-01'"
)
RAW = "FROM read_parquet($files)"

AMORTISED = """CASE line_item_line_item_type
    WHEN 'SavingsPlanCoveredUsage' THEN savings_plan_savings_plan_effective_cost
    WHEN 'DiscountedUsage' THEN reservation_effective_cost
    WHEN 'SavingsPlanNegation' THEN 0
    WHEN 'SavingsPlanRecurringFee' THEN
        savings_plan_total_commitment_to_date - savings_plan_used_commitment
    WHEN 'RIFee' THEN
        reservation_unused_recurring_fee
        + reservation_unused_amortized_upfront_fee_for_billing_period
    WHEN 'Fee' THEN
        if(reservation_reservation_a_r_n IS NULL, line_item_net_unblended_cost, 0)
    ELSE line_item_net_unblended_cost
END"""


@dataclass(frozen=True)
class Question:
    """A question, asked of FOCUS rows and of raw columns."""

    name: str
    focus: str
    raw: str


QUESTIONS = (
    Question(
        "by service and charge category",
        "SELECT ServiceName, ChargeCategory, sum(BilledCost), sum(EffectiveCost)"
        f" FROM focus.cost_and_usage WHERE {MONTH} GROUP BY ALL",
        "SELECT line_item_product_code, line_item_line_item_type,"
        f" sum(line_item_net_unblended_cost), sum({AMORTISED}) {RAW} GROUP BY ALL",
    ),
    Question(
        "effective cost by service and day",
        "SELECT ServiceName, date_trunc('day', ChargePeriodStart), sum(EffectiveCost)"
        f" FROM focus.cost_and_usage WHERE {MONTH} GROUP BY ALL",
        "SELECT line_item_product_code, date_trunc('day', line_item_usage_start_date),"
        f" sum({AMORTISED}) {RAW} GROUP BY ALL",
    ),
    Question(
        "dearest resources",
        "SELECT ResourceId, sum(EffectiveCost) AS cost"
        f" FROM focus.cost_and_usage WHERE {MONTH} AND ResourceId IS NOT NULL"
        " AND CommitmentDiscountStatus IS DISTINCT FROM 'Unused'"
        " GROUP BY ALL ORDER BY cost DESC LIMIT 20",
        f"SELECT line_item_resource_id, sum({AMORTISED}) AS cost {RAW}"
        " WHERE line_item_resource_id IS NOT NULL"
        " GROUP BY ALL ORDER BY cost DESC LIMIT 20",
    ),
    Question(
        "use of commitments",
        "SELECT CommitmentDiscountId, CommitmentDiscountStatus, sum(EffectiveCost)"
        f" FROM focus.cost_and_usage WHERE {MONTH}"
        " AND CommitmentDiscountId IS NOT NULL GROUP BY ALL",
        "SELECT coalesce("
        "savings_plan_savings_plan_a_r_n, reservation_reservation_a_r_n) AS id,"
        f" line_item_line_item_type, sum({AMORTISED}) {RAW}"
        " WHERE id IS NOT NULL GROUP BY ALL",
    ),
)
