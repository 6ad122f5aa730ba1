-- Bill versions that count now and were not audited by these rules, newest first.
--
-- grain:  bill_id
-- reads:  bills.versions, ops.audited_bills
-- params: rules
SELECT
    versions.bill_id,
    coalesce(versions.row_count, 0) AS row_count
FROM bills.versions AS versions
ANTI JOIN ops.audited_bills AS audited
    ON versions.bill_id = audited.bill_id AND audited.rules_digest = $rules
WHERE versions.status = 'current'
ORDER BY coalesce(versions.known_at, versions.loaded_at) DESC, versions.bill_id
