-- A commitment is billed when it is bought and counted when it is used, never twice.
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
        'EffectiveCost-C-005-C', 'DiscountHandling-A-009-C'
    )
ORDER BY charges DESC, bill_id ASC, rule ASC, service_name ASC
