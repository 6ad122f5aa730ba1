-- Charges of some bills with how many of them break each rule.
--
-- grain:  bill, service, category, commitment, invoice, currency
-- reads:  the view of judged charges that $charges names
-- params: charges
--
-- One scan for everything that an audit asks. The columns that start with a column's
-- name and a hyphen are rules (see tasks/edge/conformance).
SELECT
    x_BillId AS bill_id,
    BillingAccountId AS billing_account_id,
    ServiceName AS service_name,
    ChargeCategory AS charge_category,
    ChargeFrequency AS charge_frequency,
    CommitmentDiscountId AS commitment_id,
    CommitmentDiscountStatus AS commitment_status,
    InvoiceId AS invoice_id,
    BillingCurrency AS billing_currency,
    count(*) AS charges,
    sum(BilledCost) AS billed_cost,
    sum(EffectiveCost) AS effective_cost,
    min(ChargePeriodStart)::DATE AS first_date,
    (max(ChargePeriodEnd) - INTERVAL 1 MICROSECOND)::DATE AS last_date,
    count_if(COLUMNS('.+-\d.*'))
FROM query_table($charges)
GROUP BY ALL
