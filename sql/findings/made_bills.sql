-- When each bill that counts was made, as far as its days bear that out.
--
-- grain:  bill_id
-- reads:  bills.versions_as_of, series.daily_cost_versions
-- params: as_of
--
-- The time of a file may be that of a copy. An export shows use up to its own day or
-- the day before, so where its time is later, the end of its last day of use counts. It
-- is believed all the same where the bill is whole, because that day ends its month or
-- a later month has a bill too, and where another export, made a day or more before,
-- ended with the same day: then no more came.
WITH known AS (
    SELECT
        *,
        max(billing_period) FILTER (is_counted) OVER (
            PARTITION BY source, billing_account_id
        ) AS newest_period
    FROM bills.versions_as_of($as_of)
),

shown AS (
    SELECT
        bill_id,
        max(charge_date) AS last_date
    FROM series.daily_cost_versions
    WHERE
        charge_kind = 'usage'
        AND bill_id IN (
            SELECT known.bill_id FROM known
            WHERE known.billing_period = known.newest_period
        )
    GROUP BY bill_id
),

ends AS (
    SELECT
        known.*,
        shown.last_date,
        (shown.last_date + 1)::TIMESTAMP AT TIME ZONE 'UTC' AS ended_at,
        min(known.known_from) OVER (
            PARTITION BY
                known.source,
                known.billing_account_id,
                known.billing_period,
                shown.last_date
        ) AS first_from
    FROM known
    LEFT JOIN shown ON known.bill_id = shown.bill_id
)

SELECT
    bill_id,
    source,
    coalesce(
        known_from >= ended_at + INTERVAL 1 DAY
        AND known_from < first_from + INTERVAL 1 DAY
        AND last_date < last_day(try_cast(billing_period || '-01' AS DATE)),
        FALSE
    ) AS is_doubted,
    if(is_doubted, ended_at, known_from) AS made_at
FROM ends
WHERE is_counted
