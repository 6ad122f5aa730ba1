-- Exports that were not loaded, and why.
--
-- grain:  bill_id
-- reads:  bills.versions
-- params: -
SELECT
    source,
    billing_period,
    loaded_at,
    coalesce(origin, []) AS origin,
    coalesce(reason, 'no reason was stored') AS reason
FROM bills.versions
WHERE status = 'quarantined'
ORDER BY loaded_at DESC, bill_id ASC
