-- The days of the anomalies that get a chart.
--
-- grain:  anomaly_id, charge_date
-- reads:  findings.anomaly_days
-- params: anomaly_ids
SELECT
    anomaly_id,
    charge_date,
    actual_cost,
    expected_cost,
    expected_low,
    expected_high
FROM findings.anomaly_days
WHERE list_contains($anomaly_ids, anomaly_id)
ORDER BY anomaly_id, charge_date
