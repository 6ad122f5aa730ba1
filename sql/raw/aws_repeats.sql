-- Payers and months of which AWS files state discounts twice, and where they count.
--
-- grain:  billing_account_id, billing_period
-- reads:  nothing but the files
-- params: sums
--
-- A discount may have a line of its own, be within the net costs of other lines, or
-- stand in their discount columns. AWS calls lines and columns two ways to tell of the
-- same: net costs count before lines, and lines before columns.
WITH exported AS (
    FROM read_parquet($sums, union_by_name = TRUE)
    UNION ALL BY NAME
    FROM aws_optional()
),

amounts AS (
    SELECT
        bill_payer_account_id::VARCHAR AS billing_account_id,
        left(bill_billing_period_start_date::VARCHAR, 7) AS billing_period,
        line_item_line_item_type LIKE '%Discount' AS is_discount,
        line_item_net_unblended_cost IS NULL AS is_gross,
        amount(line_item_net_unblended_cost) AS net_cost,
        amount(line_item_unblended_cost) AS gross_cost,
        amount(discount_total_discount) AS discount
    FROM exported
),

told AS (
    SELECT
        billing_account_id,
        billing_period,
        coalesce(bool_or(NOT is_discount AND net_cost <> gross_cost), FALSE)
            AS is_in_nets,
        coalesce(bool_or(is_discount AND gross_cost <> 0), FALSE) AS has_lines,
        coalesce(bool_or(is_discount AND is_gross AND gross_cost <> 0), FALSE)
            AS has_gross_lines,
        coalesce(bool_or(NOT is_discount AND is_gross AND discount <> 0), FALSE)
            AS has_columns
    FROM amounts
    GROUP BY ALL
)

SELECT
    billing_account_id,
    billing_period,
    is_in_nets
FROM told
WHERE if(is_in_nets, has_gross_lines, has_lines AND has_columns)
ORDER BY ALL
