-- What the bills being audited ask for under each invoice number.
--
-- grain:  bill_id, invoice_id, billing_account_id, charge_category, billing_currency
-- reads:  audited_groups
-- params: -
SELECT
    bill_id,
    coalesce(invoice_id, '') AS invoice_id,
    coalesce(billing_account_id, '') AS billing_account_id,
    coalesce(charge_category, '') AS charge_category,
    billing_currency,
    sum(billed_cost) AS billed_cost,
    sum(charges)::BIGINT AS charges
FROM audited_groups
GROUP BY ALL
