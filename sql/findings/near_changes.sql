-- Changes in the clouds that happened where and when anomalies began, likeliest first.
--
-- grain:  anomaly_id, change_id
-- reads:  findings.anomalies, findings.anomaly_drivers, ops.changes
-- params: as_of, ids
--
-- When: from two days before the first day to its end. Where: no part of the scope
-- that the change names contradicts the anomaly's. A change of a resource that drives
-- the anomaly comes first, then the one that names more of its scope, then the nearest
-- in time. Changes that were loaded after as_of are not known yet.
WITH near AS (
    SELECT
        anomalies.anomaly_id,
        changes.*,
        epoch(changes.changed_at - anomalies.first_date::TIMESTAMP AT TIME ZONE 'UTC')
            AS seconds,
        EXISTS (
            FROM findings.anomaly_drivers AS drivers
            WHERE
                drivers.anomaly_id = anomalies.anomaly_id
                AND drivers.dimension = 'resource'
                AND drivers.member = changes.resource_id
        ) AS is_driver,
        coalesce((changes.provider = anomalies.provider)::INTEGER, 0)
        + coalesce((changes.sub_account_id = anomalies.sub_account_id)::INTEGER, 0)
        + coalesce((changes.service_name = anomalies.service_name)::INTEGER, 0)
        + coalesce((changes.region_id = anomalies.region_id)::INTEGER, 0) AS alike
    FROM findings.anomalies AS anomalies
    INNER JOIN ops.changes AS changes
        ON
            changes.changed_at
            >= (anomalies.first_date - 2)::TIMESTAMP AT TIME ZONE 'UTC'
            AND changes.changed_at
            < (anomalies.first_date + 1)::TIMESTAMP AT TIME ZONE 'UTC'
            AND coalesce(anomalies.provider = changes.provider, TRUE)
            AND coalesce(
                anomalies.billing_account_id = changes.billing_account_id, TRUE
            )
            AND coalesce(anomalies.sub_account_id = changes.sub_account_id, TRUE)
            AND coalesce(anomalies.service_name = changes.service_name, TRUE)
            AND coalesce(anomalies.region_id = changes.region_id, TRUE)
    WHERE
        anomalies.anomaly_id IN (SELECT unnest($ids::VARCHAR[]))
        AND changes.loaded_at <= $as_of::TIMESTAMPTZ
)

SELECT
    anomaly_id,
    changed_at,
    actor,
    what,
    resource_id,
    link
FROM near
QUALIFY
    row_number() OVER (
        PARTITION BY anomaly_id
        ORDER BY is_driver DESC, alike DESC, abs(seconds) ASC, change_id ASC
    ) <= 5
ORDER BY
    anomaly_id ASC,
    is_driver DESC,
    alike DESC,
    abs(seconds) ASC,
    change_id ASC
