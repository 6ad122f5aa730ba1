-- How far each source's bills lag behind, and how many were put aside.
--
-- grain:  source
-- reads:  bills.versions, series.daily_cost_versions
-- params: at
--
-- An export that was put aside counts until a later one of its bill is taken; one that
-- names no bill, until its source brings anything else.
WITH newest AS (
    SELECT
        versions.source,
        max(costs.charge_date) AS charge_date
    FROM series.daily_cost_versions AS costs
    INNER JOIN bills.versions AS versions ON costs.bill_id = versions.bill_id
    WHERE
        (versions.status = 'current' OR versions.counted_by IS NOT NULL)
        AND costs.charge_kind = 'usage'
        AND costs.charge_date <= ($at::TIMESTAMPTZ AT TIME ZONE 'UTC')::DATE
    GROUP BY versions.source
),

aside AS (
    SELECT
        source,
        count(*) AS quarantined
    FROM bills.versions AS versions
    WHERE
        status = 'quarantined'
        AND NOT EXISTS (
            SELECT 1
            FROM bills.versions AS later
            WHERE
                later.status <> 'quarantined'
                AND later.source = versions.source
                AND later.loaded_at > versions.loaded_at
                AND (
                    versions.billing_period IS NULL
                    OR later.billing_period = versions.billing_period
                )
        )
    GROUP BY source
)

SELECT
    versions.source,
    date_diff(
        'day',
        any_value(newest.charge_date),
        ($at::TIMESTAMPTZ AT TIME ZONE 'UTC')::DATE
    ) AS source_lag_days,
    epoch(
        $at::TIMESTAMPTZ - max(coalesce(versions.known_at, versions.loaded_at))
        FILTER (versions.status <> 'quarantined')
    ) AS source_bill_age_seconds,
    coalesce(any_value(aside.quarantined), 0) AS quarantined_versions
FROM bills.versions AS versions
LEFT JOIN newest ON versions.source = newest.source
LEFT JOIN aside ON versions.source = aside.source
GROUP BY versions.source
ORDER BY versions.source
