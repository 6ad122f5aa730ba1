-- Versions of one bill whose rows are kept, in the order in which they became known.
--
-- grain:  bill_id
-- reads:  bills.parts, bills.versions
-- params: source, billing_account_id, billing_period
SELECT
    versions.bill_id,
    versions.source_format,
    versions.known_at,
    versions.files,
    parts.is_increment,
    if(versions.status = 'withdrawn', versions.withdrawn_at, NULL) AS withdrawn_at
FROM bills.versions AS versions
INNER JOIN bills.parts AS parts ON versions.bill_id = parts.bill_id
WHERE
    versions.source = $source
    AND versions.billing_account_id IS NOT DISTINCT FROM $billing_account_id
    AND versions.billing_period = $billing_period
    AND versions.status IN ('current', 'superseded', 'withdrawn')
    AND versions.pruned_at IS NULL
ORDER BY versions.known_at, versions.version
