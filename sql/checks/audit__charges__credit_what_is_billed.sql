-- A credit is worth the same at every kind of cost.
--
-- severity: warn
-- grain:  bill_id, rule, service_name
-- reads:  broken_rules
-- params: -
SELECT
    bill_id,
    rule,
    service_name,
    charges,
    of_charges
FROM broken_rules
WHERE
    rule IN (
        'EffectiveCost-C-010-C', 'ContractedCost-C-008-C', 'ListCost-C-008-C'
    )
ORDER BY charges DESC, bill_id ASC, rule ASC, service_name ASC
