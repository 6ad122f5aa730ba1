-- Bill versions whose lines the retention setting does not keep.
--
-- grain:  bill_id
-- reads:  bills.versions, series.aggregated_bills
-- params: closed_before
--
-- The version that counts is kept, as is one that would if that of another source did
-- not, and the last one of each day of a month that is not closed. A version whose
-- daily series has not been written is kept, too.
WITH versions AS (
    SELECT
        bill_id,
        status,
        counted_by,
        pruned_at,
        (billing_period || '-01')::DATE + INTERVAL 1 MONTH > $closed_before::TIMESTAMPTZ
        AT TIME ZONE 'UTC' AS is_open,
        row_number() OVER (
            PARTITION BY
                source, billing_account_id, billing_period,
                (coalesce(known_at, loaded_at) AT TIME ZONE 'UTC')::DATE
            ORDER BY coalesce(known_at, loaded_at) DESC, version DESC
        ) = 1 AS is_last_of_day
    FROM bills.versions
    WHERE status <> 'quarantined'
)

SELECT versions.bill_id
FROM versions
SEMI JOIN series.aggregated_bills AS aggregated
    ON versions.bill_id = aggregated.bill_id
WHERE
    versions.status <> 'current'
    AND versions.counted_by IS NULL
    AND versions.pruned_at IS NULL
    AND NOT (versions.is_open AND versions.is_last_of_day)
ORDER BY versions.bill_id
