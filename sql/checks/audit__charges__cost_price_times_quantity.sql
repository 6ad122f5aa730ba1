-- A unit price times the priced quantity is the cost.
--
-- severity: warn
-- grain:  bill_id, rule, service_name
-- reads:  broken_rules
-- params: -
--
-- Corrections are let off. Free tiers and tiered prices show up here, and are right.
SELECT
    bill_id,
    rule,
    service_name,
    charges,
    of_charges
FROM broken_rules
WHERE
    rule IN (
        'ListCost-C-009-C', 'ContractedCost-C-009-C'
    )
ORDER BY charges DESC, bill_id ASC, rule ASC, service_name ASC
