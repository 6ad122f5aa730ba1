-- That some bills were audited, by which rules, and how many charges they have.
--
-- grain:  bill_id
-- reads:  audited_groups
-- params: bill_ids, rules
WITH bills AS (
    SELECT unnest($bill_ids) AS bill_id
)

SELECT
    bills.bill_id,
    $rules AS rules_digest,
    coalesce(sum(groups.charges), 0)::BIGINT AS charges,
    now() AS audited_at
FROM bills
LEFT JOIN audited_groups AS groups ON bills.bill_id = groups.bill_id
GROUP BY ALL
