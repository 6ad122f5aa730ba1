-- What drove one anomaly, the largest part first; the parts sum to its impact.
--
-- grain:  rank
-- reads:  findings.anomaly_drivers
-- params: id
SELECT
    rank,
    effect,
    dimension,
    member,
    impact,
    share
FROM findings.anomaly_drivers
WHERE anomaly_id = $id
ORDER BY rank
