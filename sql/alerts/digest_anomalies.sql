-- What happened to anomalies between two moments, the weightiest first.
--
-- grain:  anomaly_id
-- reads:  findings.anomalies, muted_anomalies, ops.events
-- params: since, until
--
-- What is muted or silenced at the end, or was told to nobody, is left out. The rank
-- is taken within a currency: amounts of two currencies are not compared.
WITH told AS (
    SELECT
        subject AS anomaly_id,
        bool_or(event_type LIKE '%.opened.%') AS is_opened,
        arg_max(payload ->> '$.data.status', revision) AS status
    FROM ops.events
    WHERE
        NOT is_muted
        AND starts_with(event_type, 'io.costwarden.anomaly.')
        AND occurred_at >= $since::TIMESTAMPTZ
        AND occurred_at < $until::TIMESTAMPTZ
    GROUP BY subject
)

SELECT
    anomalies.anomaly_id,
    CASE
        WHEN told.status IN ('resolved', 'retracted') THEN 'ended'
        WHEN told.is_opened THEN 'opened'
        ELSE 'changed'
    END AS what,
    CASE
        WHEN told.status = 'resolved' AND anomalies.lasting_cost IS NOT NULL
            THEN 'normal'
        ELSE told.status
    END AS status,
    anomalies.severity,
    anomalies.provider,
    anomalies.sub_account_id,
    anomalies.service_name,
    anomalies.region_id,
    anomalies.moved_from,
    anomalies.first_date,
    anomalies.last_date,
    anomalies.billing_currency,
    anomalies.impact
FROM told
INNER JOIN findings.anomalies AS anomalies
    ON told.anomaly_id = anomalies.anomaly_id
WHERE
    anomalies.anomaly_id NOT IN (
        SELECT muted.anomaly_id
        FROM muted_anomalies AS muted
        WHERE
            muted.created_at <= $until::TIMESTAMPTZ
            AND muted.ends_at > $until::TIMESTAMPTZ
    )
ORDER BY
    row_number() OVER (
        PARTITION BY anomalies.billing_currency
        ORDER BY abs(anomalies.impact) DESC, anomalies.anomaly_id ASC
    ) ASC,
    anomalies.billing_currency ASC
