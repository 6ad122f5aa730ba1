"""What the books of a simulated company say, and what its bills add up to."""

import csv
from decimal import Decimal
from pathlib import Path

# Every amount is a double or text; both are exact to ten decimals.
EXACT = "DECIMAL(38, 10)"

CUR2_FILES = "aws/cur2/*/data/*/*/*.parquet"

# How a reader of AWS's documentation adds up amortised cost.
AMORTISED = """
    CASE line_item_line_item_type
        WHEN 'SavingsPlanCoveredUsage' THEN savings_plan_savings_plan_effective_cost
        WHEN 'DiscountedUsage' THEN reservation_effective_cost
        WHEN 'SavingsPlanNegation' THEN 0
        WHEN 'SavingsPlanRecurringFee'
            THEN savings_plan_total_commitment_to_date - savings_plan_used_commitment
        WHEN 'RIFee' THEN reservation_unused_recurring_fee
            + reservation_unused_amortized_upfront_fee_for_billing_period
        WHEN 'Fee'
            THEN if(
                reservation_reservation_a_r_n IS NULL, line_item_net_unblended_cost, 0
            )
        ELSE line_item_net_unblended_cost
    END
"""


def truth(bills: Path, name: str) -> list[dict[str, str]]:
    """Rows of one of the files of truth."""
    with (bills / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def totals(bills: Path, name: str, amount: str) -> tuple[int, Decimal]:
    """Lines and sum of a format, as the books state them."""
    rows = [row for row in truth(bills, "totals") if row["format"] == name]
    return (
        sum(int(row["rows"]) for row in rows),
        sum((Decimal(row[amount]) for row in rows), Decimal(0)),
    )


def measured(con, relation: str, amount: str) -> tuple[int, Decimal]:
    """Lines and sum of an amount, as the bills hold them."""
    query = f"SELECT count(*), sum(({amount})::{EXACT}) FROM {relation}"
    return con.execute(query).fetchall()[0]
