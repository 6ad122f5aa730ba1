-- The last word on each anomaly that was given by a moment, oldest word first.
--
-- grain:  anomaly_id
-- reads:  findings.anomalies, ops.feedback
-- params: as_of
SELECT
    feedback.anomaly_id,
    feedback.verdict,
    feedback.reason,
    feedback.given_at,
    anomalies.provider,
    anomalies.billing_account_id,
    anomalies.sub_account_id,
    anomalies.service_name,
    anomalies.region_id,
    anomalies.charge_kind,
    anomalies.billing_currency,
    anomalies.rolled_up,
    anomalies.direction,
    anomalies.moved_from,
    anomalies.tag_key,
    anomalies.tag_value,
    feedback.kind,
    feedback.dates,
    feedback.daily_impact,
    feedback.daily_pct
FROM ops.feedback AS feedback
INNER JOIN findings.anomalies AS anomalies
    ON feedback.anomaly_id = anomalies.anomaly_id
WHERE feedback.given_at <= $as_of::TIMESTAMPTZ
QUALIFY
    row_number() OVER (
        PARTITION BY feedback.anomaly_id
        ORDER BY feedback.given_at DESC, feedback.feedback_id DESC
    ) = 1
ORDER BY feedback.given_at ASC, feedback.anomaly_id ASC
