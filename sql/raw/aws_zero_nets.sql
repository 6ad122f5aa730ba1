-- Payers and months of which AWS files state net costs of nothing but zero.
--
-- grain:  billing_account_id, billing_period
-- reads:  nothing but the files
-- params: sums
--
-- A payer without negotiated discounts has no net costs, and some programs write 0
-- where there is no value. Such a bill would cost nothing. A discount of all of a cost
-- is stated on the line, or has a line of its own; where one is, zero may be meant.
WITH exported AS (
    FROM read_parquet($sums, union_by_name = TRUE)
    UNION ALL BY NAME
    FROM aws_optional()
),

amounts AS (
    SELECT
        bill_payer_account_id::VARCHAR AS billing_account_id,
        left(bill_billing_period_start_date::VARCHAR, 7) AS billing_period,
        coalesce(line_item_line_item_type LIKE '%Discount', FALSE) AS is_discount,
        amount(line_item_net_unblended_cost) AS net_cost,
        amount(line_item_unblended_cost) AS gross_cost,
        amount(discount_total_discount) AS discount
    FROM exported
)

SELECT
    billing_account_id,
    billing_period
FROM amounts
GROUP BY ALL
HAVING
    bool_and(coalesce(net_cost, 0) = 0)
    AND bool_and(coalesce(discount, 0) = 0)
    AND bool_or(net_cost IS NOT NULL AND gross_cost <> 0)
    AND NOT bool_or(is_discount AND gross_cost <> 0)
ORDER BY ALL
