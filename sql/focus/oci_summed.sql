-- Lines of OCI cost reports, summed where the daily series cannot tell them apart.
--
-- grain:  day, and whatever the mapping or a check looks at
-- reads:  raw.oci_cost, the view of report lines that $lines names
-- params: lines
--
-- As focus/aws_summed says: lines are summed only with those of the same day that every
-- check would treat alike.
WITH lines AS (
    SELECT
        *,
        instant(line_item_interval_usage_start) AS starts,
        after_end(instant(line_item_interval_usage_end)) AS ends,
        date_trunc('month', instant(line_item_interval_usage_start)) AS period_start
    FROM query_table($lines)
)

FROM raw.oci_cost
UNION ALL BY NAME
SELECT
    source,
    version,
    line_item_tenant_id,
    line_item_is_correction,
    product_service,
    product_compartment_id,
    product_region,
    cost_currency_code,
    cost_unit_price,
    cost_sku_unit_description,
    cost_overage_flag,
    starts::DATE AS first_date,
    (ends - INTERVAL 1 MICROSECOND)::DATE AS last_date,
    outside_period(starts, ends, period_start, period_start + INTERVAL 1 MONTH)
        AS is_outside,
    off_price(cost_my_cost, cost_unit_price, usage_billed_quantity, 1)
        AS contracted_deviation,
    direction(cost_my_cost) AS cost_sign,
    direction(cost_my_cost_overage) AS overage_sign,
    strftime(min(starts), '%Y-%m-%dT%H:%M:%SZ') AS line_item_interval_usage_start,
    strftime(min(ends), '%Y-%m-%dT%H:%M:%SZ') AS line_item_interval_usage_end,
    sum(cost_my_cost) AS cost_my_cost,
    sum(cost_my_cost_overage) AS cost_my_cost_overage,
    sum(usage_billed_quantity) AS usage_billed_quantity,
    sum(x_ChargeCount)::BIGINT AS x_ChargeCount
FROM lines
GROUP BY ALL
