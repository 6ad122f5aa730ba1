-- A bill's FOCUS rows sum to what the source's own columns sum to.
--
-- severity: fail
-- grain:  billing_currency
-- reads:  bills.totals, the table or view of FOCUS rows that $charges names
-- params: charges, bill_id
--
-- The totals were measured at ingest without the mapping. The tolerance is the rounding
-- of ten decimals per row: AWS rounds usage covered by a savings plan and its negation
-- apart from each other.
WITH mapped AS (
    SELECT
        BillingCurrency AS billing_currency,
        sum(BilledCost) AS billed_cost,
        sum(EffectiveCost) AS effective_cost
    FROM query_table($charges)
    GROUP BY ALL
),

stated AS (
    SELECT
        billing_currency,
        billed_cost,
        effective_cost,
        row_count * 0.0000000001 AS tolerance
    FROM bills.totals
    WHERE bill_id = $bill_id
)

SELECT
    coalesce(stated.billing_currency, mapped.billing_currency) AS billing_currency,
    stated.billed_cost AS stated_billed_cost,
    mapped.billed_cost AS mapped_billed_cost,
    stated.effective_cost AS stated_effective_cost,
    mapped.effective_cost AS mapped_effective_cost
FROM stated
FULL JOIN mapped ON stated.billing_currency = mapped.billing_currency
WHERE
    NOT coalesce(
        abs(stated.billed_cost - mapped.billed_cost) <= stated.tolerance
        AND abs(stated.effective_cost - mapped.effective_cost) <= stated.tolerance,
        FALSE
    )
