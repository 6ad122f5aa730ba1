-- What the series of an anomaly cost in the weeks around it.
--
-- grain:  anomaly_id, charge_date
-- reads:  findings.anomalies, series.daily_cost
-- params: anomaly_ids, days_before, days_after
--
-- Only series with exactly the keys of its scope: a null is a key, as a global service
-- has no region. What has no such series is asked of report/wider_days. Both in one
-- query would hold every row of every series in memory. Series end at services, so an
-- anomaly of one resource has no rows.
WITH scopes AS (
    SELECT
        anomaly_id,
        provider,
        billing_account_id,
        sub_account_id,
        service_name,
        region_id,
        charge_kind,
        billing_currency,
        first_date - $days_before::INTEGER AS from_date,
        last_date + $days_after::INTEGER AS to_date
    FROM findings.anomalies
    WHERE list_contains($anomaly_ids, anomaly_id) AND resource_id IS NULL
)

SELECT
    scopes.anomaly_id,
    series.charge_date,
    sum(series.effective_cost) AS effective_cost
FROM scopes
INNER JOIN series.daily_cost AS series
    ON
        scopes.provider IS NOT DISTINCT FROM series.provider
        AND scopes.billing_account_id IS NOT DISTINCT FROM series.billing_account_id
        AND scopes.sub_account_id IS NOT DISTINCT FROM series.sub_account_id
        AND scopes.service_name IS NOT DISTINCT FROM series.service_name
        AND scopes.region_id IS NOT DISTINCT FROM series.region_id
        AND scopes.charge_kind = series.charge_kind
        AND scopes.billing_currency = series.billing_currency
WHERE series.charge_date BETWEEN scopes.from_date AND scopes.to_date
GROUP BY ALL
ORDER BY scopes.anomaly_id, series.charge_date
