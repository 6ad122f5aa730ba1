-- Categories, classes and states are among the words that FOCUS allows.
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
        'ChargeCategory-C-003-M', 'ChargeClass-C-005-C', 'ChargeFrequency-C-003-M',
        'PricingCategory-C-007-M', 'CommitmentDiscountCategory-C-005-M',
        'CommitmentDiscountStatus-C-005-M', 'CapacityReservationStatus-C-006-M',
        'ServiceCategory-C-003-M', 'ServiceSubcategory-C-003-M',
        'ServiceSubcategory-C-004-M', 'BillingCurrency-C-006-M'
    )
ORDER BY charges DESC, bill_id ASC, rule ASC, service_name ASC
