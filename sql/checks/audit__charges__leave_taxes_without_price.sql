-- Taxes have no price, quantity or SKU.
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
        'PricingCategory-C-003-C', 'PricingQuantity-C-004-C', 'SkuId-C-004-C',
        'SkuPriceId-C-004-C', 'ListUnitPrice-C-004-C', 'ContractedUnitPrice-C-005-C'
    )
ORDER BY charges DESC, bill_id ASC, rule ASC, service_name ASC
