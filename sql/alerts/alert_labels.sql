-- The labels that the alert of each anomaly has, those that are set.
--
-- grain:  anomaly_id
-- reads:  findings.anomalies, ops.events
-- params: -
--
-- To Alertmanager other labels are another alert. So scope and kind stay as they were
-- first told, however the anomaly grows. Severity alone moves, and only upwards: who
-- is to be woken hears of it. Values come from bills and may be of any length.
WITH told AS (
    SELECT
        subject AS anomaly_id,
        arg_min(payload, revision) -> '$.data' AS data,
        max(
            list_position(
                ['low', 'medium', 'high', 'critical'], payload ->> '$.data.severity'
            )
        ) AS severity
    FROM ops.events
    WHERE starts_with(event_type, 'io.costwarden.anomaly.')
    GROUP BY subject
),

first_told AS (
    SELECT
        anomalies.anomaly_id,
        coalesce(told.data, to_json(anomalies)) AS data,
        coalesce(
            ['low', 'medium', 'high', 'critical'][told.severity], anomalies.severity
        ) AS severity
    FROM findings.anomalies AS anomalies
    LEFT JOIN told ON anomalies.anomaly_id = told.anomaly_id
),

named AS (
    SELECT
        anomaly_id,
        [
            ('alertname', 'CostAnomaly'),
            ('generator', 'costwarden'),
            ('anomaly_id', anomaly_id),
            ('severity', severity),
            ('kind', data ->> '$.kind'),
            ('direction', data ->> '$.direction'),
            ('charge_kind', data ->> '$.charge_kind'),
            ('provider', data ->> '$.provider'),
            ('billing_account_id', data ->> '$.billing_account_id'),
            ('sub_account_id', data ->> '$.sub_account_id'),
            ('service_name', data ->> '$.service_name'),
            ('region_id', data ->> '$.region_id'),
            (
                'tag',
                (data ->> '$.tag_key')
                || '='
                || coalesce(data ->> '$.tag_value', '')
            ),
            ('rolled_up', array_to_string(list_sort(data ->> '$.rolled_up[*]'), ','))
        ] AS labels
    FROM first_told
)

SELECT
    anomaly_id,
    map_from_entries(
        [
            (label[1], left(label[2], 256)) FOR label IN labels
            IF coalesce(label[2], '') <> ''
        ]
    ) AS labels
FROM named
