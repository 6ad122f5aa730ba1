-- What the bills in some Azure cost exports sum to, as Azure's own cost column says.
--
-- grain:  file, billing_account_id, billing_period, billing_currency
-- reads:  nothing but the files
-- params: files
--
-- An export states one cost. It stands in both columns here, and counts as the billed
-- or as the effective one once it is known which of them the export states.
SELECT
    BillingScope AS billing_account_id,
    left(BillingMonth, 7) AS billing_period,
    nullif(trim(BillingCurrency), '') AS billing_currency,
    ['Microsoft'] AS providers,
    count(*) AS row_count,
    coalesce(sum(CostInBillingCurrency), 0) AS billed_cost,
    coalesce(sum(CostInBillingCurrency), 0) AS effective_cost,
    min(Date) AS first_date,
    max(Date) AS last_date,
    filename
FROM read_parquet($files, filename = TRUE)
GROUP BY ALL
