-- What each anomaly added to each of its days, the newest by name.
--
-- grain:  charge_date, labels
-- reads:  findings.anomalies, findings.anomaly_days
-- params: most
WITH ranked AS (
    SELECT
        *,
        row_number() OVER (ORDER BY last_date DESC, anomaly_id ASC) <= $most
            AS is_named
    FROM findings.anomalies
    WHERE status <> 'retracted'
)

SELECT
    ranked.provider,
    ranked.billing_currency,
    days.charge_date,
    if(ranked.is_named, ranked.anomaly_id, 'other') AS anomaly_id,
    if(ranked.is_named, ranked.kind, 'other') AS kind,
    if(ranked.is_named, ranked.severity, 'other') AS severity,
    if(ranked.is_named, ranked.direction, 'other') AS direction,
    if(ranked.is_named, ranked.billing_account_id, 'other') AS billing_account_id,
    if(ranked.is_named, ranked.sub_account_id, 'other') AS sub_account_id,
    if(ranked.is_named, ranked.service_name, 'other') AS service_name,
    if(ranked.is_named, ranked.region_id, 'other') AS region_id,
    if(ranked.is_named, ranked.charge_kind, 'other') AS charge_kind,
    sum(days.actual_cost - days.expected_cost)::DOUBLE AS cost_anomaly_impact
FROM ranked
INNER JOIN findings.anomaly_days AS days ON ranked.anomaly_id = days.anomaly_id
GROUP BY ALL
