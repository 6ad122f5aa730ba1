-- Charges follow the rules of FOCUS that one row can break.
--
-- severity: warn
-- grain:  bill_id, rule
-- reads:  broken_rules
-- params: -
--
-- docs/methods/focus_conformance.md says which rules a provider's data cannot meet.
SELECT
    bill_id,
    rule,
    sum(charges)::BIGINT AS charges,
    max_by(service_name, charges) AS mostly_in
FROM broken_rules
GROUP BY ALL
ORDER BY charges DESC, bill_id ASC, rule ASC
