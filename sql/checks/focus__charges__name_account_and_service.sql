-- Every charge names its billing account, provider and service.
--
-- severity: warn
-- grain:  column that is null
-- reads:  the table or view of FOCUS rows that $charges names
-- params: charges
WITH nulls AS (
    SELECT
        count(*) FILTER (WHERE BillingAccountId IS NULL) AS BillingAccountId,
        count(*) FILTER (WHERE ServiceProviderName IS NULL) AS ServiceProviderName,
        count(*) FILTER (WHERE ServiceName IS NULL) AS ServiceName,
        count(*) FILTER (WHERE InvoiceIssuerName IS NULL) AS InvoiceIssuerName
    FROM query_table($charges)
)

SELECT
    column_name,
    charges_without
FROM (
    UNPIVOT nulls ON COLUMNS(*) INTO NAME column_name VALUE charges_without
)
WHERE charges_without > 0
