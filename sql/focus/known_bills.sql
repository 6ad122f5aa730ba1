-- Every bill version that is not quarantined, with the time in which it counts.
--
-- grain:  bill_id
-- reads:  bills.versions
-- params: -
--
-- A version counts from when it became known until the next one of the same bill did,
-- whatever order they were loaded in.
SELECT
    bill_id,
    source_format,
    files,
    status = 'current' AS is_current,
    coalesce(known_at, loaded_at) AS known_from,
    lead(coalesce(known_at, loaded_at)) OVER (
        PARTITION BY source, billing_account_id, billing_period
        ORDER BY coalesce(known_at, loaded_at), version
    ) AS known_to
FROM bills.versions
WHERE status <> 'quarantined'
ORDER BY billing_period, bill_id
