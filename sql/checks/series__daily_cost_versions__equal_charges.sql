-- The daily series of a bill sums to its FOCUS rows, to the last decimal.
--
-- severity: fail
-- grain:  billing_currency
-- reads:  series.daily_cost_versions, the FOCUS rows that $charges names
-- params: charges, bill_id
WITH mapped AS (
    SELECT
        BillingCurrency AS billing_currency,
        sum(BilledCost) AS billed_cost,
        sum(EffectiveCost) AS effective_cost
    FROM query_table($charges)
    GROUP BY ALL
),

daily AS (
    SELECT
        billing_currency,
        sum(billed_cost) AS billed_cost,
        sum(effective_cost) AS effective_cost
    FROM series.daily_cost_versions
    WHERE bill_id = $bill_id
    GROUP BY ALL
)

SELECT
    coalesce(mapped.billing_currency, daily.billing_currency) AS billing_currency,
    mapped.billed_cost AS focus_billed_cost,
    daily.billed_cost AS daily_billed_cost,
    mapped.effective_cost AS focus_effective_cost,
    daily.effective_cost AS daily_effective_cost
FROM mapped
FULL JOIN daily ON mapped.billing_currency = daily.billing_currency
WHERE
    mapped.billed_cost IS DISTINCT FROM daily.billed_cost
    OR mapped.effective_cost IS DISTINCT FROM daily.effective_cost
