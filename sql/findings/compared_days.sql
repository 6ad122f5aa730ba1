-- The days that each unexplained anomaly is made of, and those it is compared with.
--
-- grain:  anomaly_id, place, charge_date
-- reads:  findings.anomalies, findings.anomaly_days, findings.anomaly_drivers
-- params: weeks
--
-- Each day is compared with the same weekday of the last weeks before the anomaly
-- began, so a long anomaly is compared with the same few weeks several times. Costs
-- that moved have two places: where they went, and where they came from.
WITH weeks AS (
    SELECT unnest(range(1, $weeks + 1)) AS back
),

unexplained AS (
    SELECT anomalies.*
    FROM findings.anomalies AS anomalies
    WHERE anomalies.status <> 'retracted' AND NOT EXISTS (
        FROM findings.anomaly_drivers AS drivers
        WHERE
            drivers.anomaly_id = anomalies.anomaly_id
            AND drivers.revision = anomalies.revision
    )
),

places AS (
    SELECT *
    FROM unexplained
    UNION ALL
    SELECT
        * REPLACE (
            moved_from.sub_account_id AS sub_account_id,
            moved_from.service_name AS service_name,
            moved_from.region_id AS region_id
        )
    FROM unexplained
    WHERE moved_from IS NOT NULL
),

compared AS (
    SELECT
        places.*,
        days.charge_date,
        1 AS now_times,
        0 AS then_times
    FROM places
    INNER JOIN findings.anomaly_days AS days
        ON places.anomaly_id = days.anomaly_id
    UNION ALL
    SELECT
        places.*,
        days.charge_date - cast(
            7 * ((days.charge_date - places.first_date) // 7 + weeks.back)
            AS INTEGER
        ) AS charge_date,
        0 AS now_times,
        count(*) AS then_times
    FROM places
    INNER JOIN findings.anomaly_days AS days
        ON places.anomaly_id = days.anomaly_id
    CROSS JOIN weeks
    GROUP BY ALL
)

SELECT
    anomaly_id,
    provider,
    billing_account_id,
    sub_account_id,
    service_name,
    region_id,
    charge_kind,
    billing_currency,
    tag_key,
    tag_value,
    list_contains(rolled_up, 'provider') AS any_provider,
    list_contains(rolled_up, 'billing_account_id') AS any_billing_account_id,
    list_contains(rolled_up, 'sub_account_id') AS any_sub_account_id,
    list_contains(rolled_up, 'service_name') AS any_service_name,
    list_contains(rolled_up, 'region_id') AS any_region_id,
    charge_date,
    now_times,
    then_times,
    now_times - then_times / $weeks AS weight
FROM compared
