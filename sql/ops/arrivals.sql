-- When each bill first became known, whatever versions it has had since.
--
-- grain:  source, billing_account_id, billing_period
-- reads:  bills.versions
-- params: none
SELECT
    billing_period,
    min(known_at) AS known_at
FROM bills.versions
WHERE status <> 'quarantined'
GROUP BY source, billing_account_id, billing_period
ORDER BY billing_period, known_at
