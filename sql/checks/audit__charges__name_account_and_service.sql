-- Every charge names its billing account, provider, service and invoice issuer.
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
        'BillingAccountId-C-001-M', 'ProviderName-C-003-M', 'ServiceName-C-003-M',
        'InvoiceIssuerName-C-003-M'
    )
ORDER BY charges DESC, bill_id ASC, rule ASC, service_name ASC
