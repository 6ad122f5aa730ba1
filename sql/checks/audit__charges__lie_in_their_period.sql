-- Charges begin within their billing period and last some time, or are corrections.
--
-- severity: warn
-- grain:  bill_id, rule, service_name
-- reads:  broken_rules
-- params: -
--
-- A purchase may be for years to come, so its end says nothing.
SELECT
    bill_id,
    rule,
    service_name,
    charges,
    of_charges
FROM broken_rules
WHERE
    rule IN (
        'x_ChargePeriod-1', 'ChargePeriodEnd-C-003-M', 'ChargePeriodEnd-C-004-M'
    )
ORDER BY charges DESC, bill_id ASC, rule ASC, service_name ASC
