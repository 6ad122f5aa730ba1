-- The bill versions that count now, and whether the daily series adds up to them.
--
-- grain:  bill_id, billing_currency
-- reads:  bills.versions, bills.totals, series.daily_cost_versions
-- params: -
--
-- A difference is null while the version has not been aggregated.
WITH kept AS (
    SELECT
        source,
        billing_account_id,
        billing_period,
        count(*) AS versions
    FROM bills.versions
    WHERE status <> 'quarantined'
    GROUP BY ALL
),

daily AS (
    SELECT
        bill_id,
        billing_currency,
        sum(billed_cost) AS billed_cost,
        sum(effective_cost) AS effective_cost
    FROM series.daily_cost_versions
    GROUP BY ALL
)

SELECT
    bill.bill_id,
    bill.source,
    bill.provider,
    bill.billing_account_id,
    bill.billing_period,
    bill.version,
    kept.versions,
    bill.known_at,
    totals.billing_currency,
    totals.row_count,
    totals.billed_cost,
    totals.effective_cost,
    daily.billed_cost - totals.billed_cost AS billed_difference,
    daily.effective_cost - totals.effective_cost AS effective_difference
FROM bills.versions AS bill
INNER JOIN bills.totals AS totals ON bill.bill_id = totals.bill_id
INNER JOIN kept
    ON
        bill.source = kept.source
        AND bill.billing_account_id IS NOT DISTINCT FROM kept.billing_account_id
        AND bill.billing_period IS NOT DISTINCT FROM kept.billing_period
LEFT JOIN daily
    ON
        bill.bill_id = daily.bill_id
        AND totals.billing_currency = daily.billing_currency
WHERE bill.status = 'current'
ORDER BY
    bill.billing_period DESC,
    bill.provider ASC,
    bill.bill_id ASC,
    totals.billing_currency ASC
