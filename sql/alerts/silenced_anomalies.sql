-- Anomalies and the silences of Alertmanager that match them, past ones too.
--
-- grain:  anomaly_id, silence_id
-- reads:  alert_labels, findings.anomalies, ops.silences
-- params: -
--
-- alert_labels is a temporary table, filled by alerts/alert_labels. DuckDB and
-- Alertmanager read regular expressions alike (RE2); one that only Alertmanager can
-- read silences nothing here. A label that is not set matches like an empty one.
WITH conditions AS (
    SELECT
        sink,
        silence_id,
        unnest(matchers) AS matcher
    FROM ops.silences
),

matched AS (
    SELECT
        labelled.anomaly_id,
        conditions.sink,
        conditions.silence_id,
        conditions.matcher.is_equal = CASE
            WHEN conditions.matcher.is_regex
                THEN
                    try(
                        regexp_full_match(
                            coalesce(labelled.labels[conditions.matcher.name], ''),
                            conditions.matcher.value
                        )
                    )
            ELSE
                coalesce(labelled.labels[conditions.matcher.name], '')
                = conditions.matcher.value
        END AS is_match
    FROM alert_labels AS labelled
    CROSS JOIN conditions
),

silenced AS (
    SELECT
        anomaly_id,
        sink,
        silence_id
    FROM matched
    GROUP BY ALL
    HAVING bool_and(coalesce(is_match, FALSE))
)

SELECT
    silenced.anomaly_id,
    silences.silence_id AS mute_id,
    silences.author,
    silences.reason,
    silences.ends_at::DATE AS until_date,
    silences.starts_at AS created_at,
    silences.ends_at,
    NULL::VARCHAR AS ended_by,
    anomalies.status IN ('provisional', 'confirmed') AS is_open,
    silences.sink
FROM silenced
INNER JOIN ops.silences AS silences
    ON
        silenced.sink = silences.sink
        AND silenced.silence_id = silences.silence_id
INNER JOIN findings.anomalies AS anomalies
    ON silenced.anomaly_id = anomalies.anomaly_id
