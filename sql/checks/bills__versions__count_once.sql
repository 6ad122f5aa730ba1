-- At most one version of a bill counts.
--
-- severity: fail
-- grain:  source, billing_account_id, billing_period
-- reads:  bills.versions
-- params: -
SELECT
    source,
    billing_account_id,
    billing_period,
    count(*) AS current_versions
FROM bills.versions
WHERE status = 'current'
GROUP BY ALL
HAVING count(*) > 1
ORDER BY ALL
