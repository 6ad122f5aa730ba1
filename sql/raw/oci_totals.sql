-- What the bills in some OCI cost reports sum to, as Oracle's own columns say.
--
-- grain:  file, billing_account_id, billing_period, billing_currency
-- reads:  nothing but the files
-- params: files
--
-- A report has no billing period: the month of the usage is.
WITH exported AS (
    FROM read_parquet($files, union_by_name = TRUE, filename = TRUE)
)

SELECT
    nullif(line_item_tenant_id, '') AS billing_account_id,
    left(line_item_interval_usage_start, 7) AS billing_period,
    nullif(cost_currency_code, '') AS billing_currency,
    ['Oracle'] AS providers,
    count(*) AS row_count,
    coalesce(sum(cost_my_cost), 0) AS billed_cost,
    coalesce(sum(cost_my_cost), 0) AS effective_cost,
    min(left(line_item_interval_usage_start, 10)) AS first_date,
    max(left(line_item_interval_usage_start, 10)) AS last_date,
    filename
FROM exported
GROUP BY ALL
