-- What one bill version has that another has not, by service.
--
-- grain:  service_name, billing_currency
-- reads:  the views of FOCUS rows that $charges and $candidates name
-- params: charges, candidates, later
--
-- The candidates are the rows without those whose line stands as often in the export
-- of either version, so that the others need not be mapped. A row is altered where the
-- other version has it with the same words, times and prices, but with other amounts.
-- Rows are told apart by two hashes of all columns.
WITH charges AS (
    SELECT
        ServiceName AS service_name,
        BillingCurrency AS billing_currency,
        BilledCost AS billed_cost,
        EffectiveCost AS effective_cost,
        x_BillId = $later AS is_later,
        hash(*COLUMNS(* EXCLUDE (
            x_BillId, BilledCost, EffectiveCost, ContractedCost, ListCost,
            ConsumedQuantity, PricingQuantity
        ))) AS identity,
        hash('again', *COLUMNS(* EXCLUDE (
            x_BillId, BilledCost, EffectiveCost, ContractedCost, ListCost,
            ConsumedQuantity, PricingQuantity
        ))) AS second_identity,
        hash(
            BilledCost, EffectiveCost, ContractedCost, ListCost, ConsumedQuantity,
            PricingQuantity
        ) AS amounts
    FROM query_table($candidates)
),

counted AS (
    SELECT
        service_name,
        billing_currency,
        identity,
        second_identity,
        count(*) FILTER (WHERE is_later) - count(*) FILTER (WHERE NOT is_later)
            AS surplus,
        sum(if(is_later, billed_cost, -billed_cost)) AS billed_change,
        sum(if(is_later, effective_cost, -effective_cost)) AS effective_change
    FROM charges
    GROUP BY service_name, billing_currency, identity, second_identity, amounts
),

matched AS (
    SELECT
        service_name,
        billing_currency,
        sum(greatest(surplus, 0)) AS come,
        sum(greatest(-surplus, 0)) AS gone,
        sum(billed_change) AS billed_change,
        sum(effective_change) AS effective_change
    FROM counted
    GROUP BY service_name, billing_currency, identity, second_identity
),

changed AS (
    SELECT
        service_name,
        billing_currency,
        sum(come - least(come, gone))::BIGINT AS rows_added,
        sum(gone - least(come, gone))::BIGINT AS rows_removed,
        sum(least(come, gone))::BIGINT AS rows_altered,
        sum(billed_change) AS billed_change,
        sum(effective_change) AS effective_change
    FROM matched
    GROUP BY ALL
),

whole AS (
    SELECT
        ServiceName AS service_name,
        BillingCurrency AS billing_currency,
        count(*) AS later_rows
    FROM query_table($charges)
    WHERE x_BillId = $later
    GROUP BY ALL
)

SELECT
    coalesce(changed.service_name, whole.service_name) AS service_name,
    coalesce(changed.billing_currency, whole.billing_currency) AS billing_currency,
    coalesce(rows_added, 0) AS rows_added,
    coalesce(rows_removed, 0) AS rows_removed,
    coalesce(rows_altered, 0) AS rows_altered,
    coalesce(later_rows, 0) - coalesce(rows_added, 0) - coalesce(rows_altered, 0)
        AS rows_unchanged,
    coalesce(billed_change, 0) AS billed_change,
    coalesce(effective_change, 0) AS effective_change
FROM changed
FULL JOIN whole
    ON
        changed.service_name IS NOT DISTINCT FROM whole.service_name
        AND changed.billing_currency IS NOT DISTINCT FROM whole.billing_currency
ORDER BY billing_currency ASC, abs(effective_change) DESC, service_name ASC
