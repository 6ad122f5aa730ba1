-- One anomaly by its id, or by the first letters of it.
--
-- grain:  anomaly_id
-- reads:  findings.anomalies
-- params: id
SELECT
    anomaly_id,
    revision,
    status,
    severity,
    kind,
    direction,
    provider,
    billing_account_id,
    sub_account_id,
    service_name,
    region_id,
    resource_id,
    first_date,
    last_date,
    billing_currency,
    actual_cost,
    expected_cost,
    expected_low,
    expected_high,
    impact,
    impact_pct,
    detector,
    detected_at,
    explanation
FROM findings.anomalies
WHERE starts_with(anomaly_id, $id)
ORDER BY anomaly_id
