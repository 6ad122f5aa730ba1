-- No account's month is kept under two sources, which would count it twice.
--
-- severity: warn
-- grain:  provider, billing_account_id, billing_period
-- reads:  bills.versions
-- params: -
SELECT
    provider,
    billing_account_id,
    billing_period,
    string_agg(bill_id, ' and ' ORDER BY bill_id) AS bills,
    'counted twice: withdraw one of them' AS consequence
FROM bills.versions
WHERE status = 'current' AND billing_account_id IS NOT NULL AND row_count > 0
GROUP BY provider, billing_account_id, billing_period
HAVING count(DISTINCT source) > 1
ORDER BY ALL
