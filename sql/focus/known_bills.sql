-- Every bill version that is not quarantined, and what says when it counts.
--
-- grain:  bill_id
-- reads:  bills.versions
-- params: -
--
-- Of the versions of a bill the one known last counts that was not withdrawn by then,
-- whatever order they were loaded in.
SELECT
    bill_id,
    source,
    source_format,
    files,
    coalesce(parts, [bill_id]) AS parts,
    status = 'current' AS is_current,
    billing_account_id,
    billing_period,
    version,
    coalesce(known_at, loaded_at) AS known_from,
    withdrawn_at,
    pruned_at IS NOT NULL AS is_pruned
FROM bills.versions
WHERE status <> 'quarantined'
ORDER BY billing_period, bill_id
