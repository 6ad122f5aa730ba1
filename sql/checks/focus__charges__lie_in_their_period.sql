-- Charges begin within their billing period, last some time, or are corrections.
--
-- severity: warn
-- grain:  billing period, service
-- reads:  the table or view of FOCUS rows that $charges names
-- params: charges
--
-- A day of grace: Google's months begin and end in California. A purchase may be for
-- years to come, so its end says nothing.
SELECT
    BillingPeriodStart AS billing_period_start,
    ServiceName AS service_name,
    count(*) AS charges,
    min(ChargePeriodStart) AS earliest_start,
    max(ChargePeriodStart) AS latest_start
FROM query_table($charges)
WHERE
    ChargePeriodEnd <= ChargePeriodStart
    OR ChargePeriodStart > BillingPeriodEnd + INTERVAL 1 DAY
    OR (
        ChargePeriodStart < BillingPeriodStart - INTERVAL 1 DAY
        AND ChargeClass IS NULL
    )
GROUP BY ALL
ORDER BY charges DESC
