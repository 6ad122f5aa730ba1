-- The daily series of a bill sums to its charges, to the last decimal.
--
-- severity: fail
-- grain:  bill_id, billing_currency
-- reads:  charge_groups, series.daily_cost_versions
-- params: -
WITH mapped AS (
    SELECT
        bill_id,
        billing_currency,
        sum(billed_cost) AS billed_cost,
        sum(effective_cost) AS effective_cost
    FROM charge_groups
    GROUP BY ALL
),

daily AS (
    SELECT
        days.bill_id,
        days.billing_currency,
        sum(days.billed_cost) AS billed_cost,
        sum(days.effective_cost) AS effective_cost
    FROM series.daily_cost_versions AS days
    SEMI JOIN charge_groups AS groups ON days.bill_id = groups.bill_id
    GROUP BY ALL
)

SELECT
    coalesce(mapped.bill_id, daily.bill_id) AS bill_id,
    coalesce(mapped.billing_currency, daily.billing_currency) AS billing_currency,
    mapped.billed_cost AS focus_billed_cost,
    daily.billed_cost AS daily_billed_cost,
    mapped.effective_cost AS focus_effective_cost,
    daily.effective_cost AS daily_effective_cost
FROM mapped
FULL JOIN daily
    ON
        mapped.bill_id = daily.bill_id
        AND mapped.billing_currency = daily.billing_currency
WHERE
    mapped.billed_cost IS DISTINCT FROM daily.billed_cost
    OR mapped.effective_cost IS DISTINCT FROM daily.effective_cost
ORDER BY ALL
