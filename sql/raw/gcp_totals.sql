-- What the bills in some Google billing exports sum to, as Google's own columns say.
--
-- grain:  file, billing_account_id, billing_period, billing_currency
-- reads:  nothing but the files
-- params: files
--
-- Written apart from the FOCUS mapping, so that each can be held against the other.
-- Google invoices the cost of each row and its credits, whatever they are for.
WITH optional AS (
    SELECT NULL::STRUCT(amount DECIMAL(38, 18))[] AS credits
    WHERE FALSE
),

exported AS (
    FROM read_parquet($files, union_by_name = TRUE, filename = TRUE)
    UNION ALL BY NAME
    FROM optional
),

amounts AS (
    SELECT
        nullif(billing_account_id, '') AS billing_account_id,
        left(invoice_month, 7) AS billing_period,
        nullif(currency, '') AS billing_currency,
        left(usage_start_time::VARCHAR, 10) AS charge_date,
        coalesce(cost, 0) + coalesce(
            list_sum(list_transform(credits, LAMBDA c: c['amount'])), 0
        ) AS invoiced,
        filename
    FROM exported
)

SELECT
    billing_account_id,
    billing_period,
    billing_currency,
    ['Google Cloud'] AS providers,
    count(*) AS row_count,
    sum(invoiced) AS billed_cost,
    sum(invoiced) AS effective_cost,
    min(charge_date) AS first_date,
    max(charge_date) AS last_date,
    filename
FROM amounts
GROUP BY ALL
