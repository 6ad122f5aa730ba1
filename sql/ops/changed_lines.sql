-- What one bill version has that another has not, by service.
--
-- grain:  service_name, billing_currency
-- reads:  the view of FOCUS rows that $charges names
-- params: charges, earlier, later
--
-- A row is altered where the other version has it with the same words, times and
-- prices, but with other amounts. Rows are told apart by two hashes of all columns.
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
    FROM query_table($charges)
    WHERE x_BillId IN ($earlier, $later)
),

counted AS (
    SELECT
        service_name,
        billing_currency,
        identity,
        second_identity,
        count(*) FILTER (WHERE is_later) - count(*) FILTER (WHERE NOT is_later)
            AS surplus,
        count(*) FILTER (WHERE is_later) AS later_rows,
        count(*) FILTER (WHERE NOT is_later) AS earlier_rows,
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
        sum(least(later_rows, earlier_rows)) AS kept,
        sum(billed_change) AS billed_change,
        sum(effective_change) AS effective_change
    FROM counted
    GROUP BY service_name, billing_currency, identity, second_identity
)

SELECT
    service_name,
    billing_currency,
    sum(come - least(come, gone))::BIGINT AS rows_added,
    sum(gone - least(come, gone))::BIGINT AS rows_removed,
    sum(least(come, gone))::BIGINT AS rows_altered,
    sum(kept)::BIGINT AS rows_unchanged,
    sum(billed_change) AS billed_change,
    sum(effective_change) AS effective_change
FROM matched
GROUP BY ALL
ORDER BY billing_currency ASC, abs(sum(effective_change)) DESC, service_name ASC
