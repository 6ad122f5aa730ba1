-- Anomalies and the mutes that cover them, past ones too.
--
-- grain:  anomaly_id, mute_id
-- reads:  findings.anomalies, ops.mutes
-- params: -
--
-- A mute covers an anomaly whose scope lies within it. One of a single region does not
-- cover an anomaly that is about several. The sink names the Alertmanager that has the
-- mute as a silence; these are added by alerts/silenced_anomalies.
SELECT
    anomalies.anomaly_id,
    mutes.mute_id,
    mutes.author,
    mutes.reason,
    mutes.until_date,
    mutes.created_at,
    mutes.ends_at,
    mutes.ended_by,
    anomalies.status IN ('provisional', 'confirmed') AS is_open,
    NULL::VARCHAR AS sink
FROM findings.anomalies AS anomalies
INNER JOIN ops.mutes AS mutes
    ON
        coalesce(anomalies.provider = mutes.provider, mutes.provider IS NULL)
        AND coalesce(
            anomalies.billing_account_id = mutes.billing_account_id,
            mutes.billing_account_id IS NULL
        )
        AND coalesce(
            anomalies.sub_account_id = mutes.sub_account_id,
            mutes.sub_account_id IS NULL
        )
        AND coalesce(
            anomalies.service_name = mutes.service_name, mutes.service_name IS NULL
        )
        AND coalesce(anomalies.region_id = mutes.region_id, mutes.region_id IS NULL)
