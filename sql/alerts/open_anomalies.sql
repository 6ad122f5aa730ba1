-- Anomalies of which Alertmanager is to tell people now, the gravest first.
--
-- grain:  anomaly_id
-- reads:  alert_labels, findings.anomalies, findings.anomaly_drivers, muted_anomalies,
--         ops.events, ops.runs
-- params: at
--
-- What a run was told to keep to itself is left out, and so is what a mute covers; what
-- Alertmanager itself silences is not, for it knows. The temporary tables are filled
-- by alerts/alert_labels and findings/muted_anomalies.
WITH told AS (
    SELECT
        subject AS anomaly_id,
        arg_max(event_id, revision) AS event_id,
        max(occurred_at) AS told_at
    FROM ops.events
    WHERE NOT is_muted
    GROUP BY subject
),

runs AS (
    SELECT
        run_id,
        started_at,
        coalesce(finished_at, started_at) AS finished_at
    FROM ops.runs
    WHERE flow = 'daily' AND starts_with(stage, 'detect_anomalies')
)

SELECT
    anomalies.anomaly_id,
    labelled.labels,
    told.event_id,
    anomalies.status,
    anomalies.kind,
    anomalies.provider,
    anomalies.sub_account_id,
    anomalies.service_name,
    anomalies.region_id,
    anomalies.moved_from,
    anomalies.first_date,
    anomalies.last_date,
    anomalies.detected_at,
    anomalies.billing_currency,
    anomalies.actual_cost,
    anomalies.expected_cost,
    anomalies.impact,
    anomalies.impact_pct,
    anomalies.explanation,
    drivers.effect,
    drivers.dimension,
    drivers.member,
    drivers.impact AS driver_impact,
    (
        SELECT max(runs.run_id)
        FROM runs
        WHERE told.told_at BETWEEN runs.started_at AND runs.finished_at
    ) AS run_id
FROM findings.anomalies AS anomalies
INNER JOIN alert_labels AS labelled ON anomalies.anomaly_id = labelled.anomaly_id
INNER JOIN told ON anomalies.anomaly_id = told.anomaly_id
LEFT JOIN findings.anomaly_drivers AS drivers
    ON anomalies.anomaly_id = drivers.anomaly_id AND drivers.rank = 1
WHERE
    anomalies.status IN ('provisional', 'confirmed')
    AND anomalies.anomaly_id NOT IN (
        SELECT muted.anomaly_id
        FROM muted_anomalies AS muted
        WHERE
            muted.sink IS NULL
            AND muted.created_at <= $at::TIMESTAMPTZ
            AND muted.ends_at > $at::TIMESTAMPTZ
    )
ORDER BY
    list_position(
        ['critical', 'high', 'medium', 'low'], labelled.labels['severity']
    ) ASC,
    anomalies.anomaly_id ASC
