-- Why each quarantined export was not loaded, the latest first.
--
-- grain:  bill_id
-- reads:  bills.versions
-- params:
SELECT reason
FROM bills.versions
WHERE status = 'quarantined'
ORDER BY loaded_at DESC, bill_id ASC
