-- Every anomaly as the report tells it, retracted ones included.
--
-- grain:  anomaly_id
-- reads:  findings.anomalies
-- params: -
SELECT
    anomaly_id,
    status,
    kind,
    direction,
    severity,
    provider,
    billing_account_id,
    sub_account_id,
    service_name,
    region_id,
    resource_id,
    charge_kind,
    first_date,
    last_date,
    billing_currency,
    actual_cost,
    expected_cost,
    impact,
    impact_pct,
    lasting_cost,
    detector,
    explanation
FROM findings.anomalies
ORDER BY anomaly_id
