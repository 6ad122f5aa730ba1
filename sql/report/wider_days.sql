-- What all below the scope of an anomaly cost in the weeks around it.
--
-- grain:  anomaly_id, charge_date
-- reads:  findings.anomalies, series.daily_cost
-- params: anomaly_ids, days_before, days_after
--
-- A null in a scope means "all below". It is asked of anomalies of which
-- report/scope_days knows nothing. Series end at services, so an anomaly of one
-- resource has no rows.
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
        coalesce(scopes.provider = series.provider, TRUE)
        AND coalesce(scopes.billing_account_id = series.billing_account_id, TRUE)
        AND coalesce(scopes.sub_account_id = series.sub_account_id, TRUE)
        AND coalesce(scopes.service_name = series.service_name, TRUE)
        AND coalesce(scopes.region_id = series.region_id, TRUE)
        AND scopes.charge_kind = series.charge_kind
        AND scopes.billing_currency = series.billing_currency
WHERE series.charge_date BETWEEN scopes.from_date AND scopes.to_date
GROUP BY ALL
ORDER BY scopes.anomaly_id, series.charge_date
