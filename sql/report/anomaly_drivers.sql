-- Why the anomalies that get a chart happened.
--
-- grain:  anomaly_id, rank
-- reads:  findings.anomaly_drivers
-- params: anomaly_ids
SELECT
    anomaly_id,
    rank,
    dimension,
    member,
    effect,
    impact
FROM findings.anomaly_drivers
WHERE list_contains($anomaly_ids, anomaly_id)
ORDER BY anomaly_id, rank
