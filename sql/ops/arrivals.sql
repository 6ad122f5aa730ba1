-- When each bill first became known, and the versions that it has had since.
--
-- grain:  source, billing_account_id, billing_period
-- reads:  bills.versions
-- params:
SELECT
    billing_period,
    min(coalesce(known_at, loaded_at)) AS known_at,
    list(bill_id ORDER BY bill_id) AS bill_ids
FROM bills.versions
WHERE status <> 'quarantined'
GROUP BY source, billing_account_id, billing_period
ORDER BY billing_period ASC, source ASC, billing_account_id ASC
