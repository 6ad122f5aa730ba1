-- A bill's FOCUS rows sum to what the source's own columns sum to.
--
-- severity: fail
-- grain:  bill_id, billing_currency
-- reads:  bills.totals, charge_groups
-- params: -
--
-- The totals were measured at ingest without the mapping. The tolerance is the rounding
-- of ten decimals per row: AWS rounds usage covered by a savings plan and its negation
-- apart from each other. Where an export does not negate covered usage, or only part of
-- it, its own total counts that usage twice: focus__charges__negate_covered_usage says.
WITH mapped AS (
    SELECT
        bill_id,
        billing_currency,
        sum(billed_cost) AS billed_cost,
        sum(effective_cost) AS effective_cost,
        coalesce(sum(covered_cost), 0) AS covered_cost
    FROM charge_groups
    GROUP BY ALL
),

stated AS (
    SELECT
        totals.bill_id,
        totals.billing_currency,
        totals.billed_cost,
        totals.effective_cost,
        totals.row_count * 0.0000000001 AS tolerance
    FROM bills.totals AS totals
    SEMI JOIN charge_groups AS groups ON totals.bill_id = groups.bill_id
)

SELECT
    coalesce(stated.bill_id, mapped.bill_id) AS bill_id,
    coalesce(stated.billing_currency, mapped.billing_currency) AS billing_currency,
    stated.billed_cost AS stated_billed_cost,
    mapped.billed_cost AS mapped_billed_cost,
    stated.effective_cost AS stated_effective_cost,
    mapped.effective_cost AS mapped_effective_cost
FROM stated
FULL JOIN mapped
    ON
        stated.bill_id = mapped.bill_id
        AND stated.billing_currency = mapped.billing_currency
WHERE
    NOT coalesce(
        stated.billed_cost - mapped.billed_cost
        BETWEEN least(mapped.covered_cost, 0) - stated.tolerance
        AND greatest(mapped.covered_cost, 0) + stated.tolerance
        AND abs(stated.effective_cost - mapped.effective_cost) <= stated.tolerance,
        FALSE
    )
ORDER BY ALL
