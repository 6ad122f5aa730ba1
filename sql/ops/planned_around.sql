-- Planned events whose scope and dates meet an anomaly's.
--
-- grain:  event_id
-- reads:  findings.anomalies, ops.planned_events
-- params: id
SELECT
    events.title,
    events.first_date,
    events.last_date,
    events.direction,
    events.extra_cost,
    events.extra_pct,
    events.author,
    events.created_at,
    events.removed_at
FROM findings.anomalies AS anomalies
INNER JOIN ops.planned_events AS events
    ON
        anomalies.first_date <= events.last_date
        AND anomalies.last_date >= events.first_date
        AND coalesce(anomalies.provider = events.provider, TRUE)
        AND coalesce(anomalies.billing_account_id = events.billing_account_id, TRUE)
        AND coalesce(anomalies.sub_account_id = events.sub_account_id, TRUE)
        AND coalesce(anomalies.service_name = events.service_name, TRUE)
        AND coalesce(anomalies.region_id = events.region_id, TRUE)
WHERE anomalies.anomaly_id = $id
ORDER BY events.first_date, events.created_at, events.event_id
