-- Rows of Google billing exports, summed where the daily series cannot tell them apart.
--
-- grain:  day, and whatever the mapping or a check looks at
-- reads:  focus.gcp_lines, raw.gcp_billing, the view of export rows that $lines names
-- params: lines
--
-- As focus/aws_summed says: rows are summed only with those of the same day and sign
-- that every check would treat alike. The discounts of a sum are one credit, and its
-- promotions are a row without a cost, see focus/gcp_lines.
WITH lines AS (
    SELECT
        *,
        part AS of_part,
        if(part = 'line', cost, NULL) AS line_cost,
        if(part = 'line', invoiced - cost, invoiced) AS credited,
        instant(usage_start_time) AS starts,
        after_end(instant(usage_end_time)) AS ends,
        instant(invoice_month) AS period_starts
    FROM focus.gcp_lines($lines)
),

sums AS (
    SELECT
        source,
        version,
        of_part,
        billing_account_id,
        project_id,
        service_description,
        concat_ws(
            ' ',
            if(starts_with(sku_description, 'Commitment'), 'Commitment', NULL),
            if(regexp_matches(sku_description, '\b(Spot|Preemptible)\b'), 'Spot', NULL)
        ) AS sku_description,
        location_region,
        if(known(location_region) IS NULL, location_location, NULL)
            AS location_location,
        price_effective_price,
        price_list_price,
        price_pricing_unit_quantity,
        subscription_instance_id,
        transaction_type,
        currency,
        currency_conversion_rate,
        usage_unit,
        invoice_month,
        invoice_publisher_type,
        cost_type,
        consumption_model_id,
        starts::DATE AS first_date,
        (ends - INTERVAL 1 MICROSECOND)::DATE AS last_date,
        ends <= period_starts AS is_earlier,
        outside_period(starts, ends, period_starts, period_starts + INTERVAL 1 MONTH)
            AS is_outside,
        off_price(
            coalesce(cost_at_list, cost), price_list_price,
            usage_amount_in_pricing_units, 1
        ) AS list_deviation,
        off_price(cost, price_effective_price, usage_amount_in_pricing_units, 1)
            AS contracted_deviation,
        direction(invoiced) AS invoiced_sign,
        direction(cost_at_list) AS list_sign,
        direction(cost_at_effective_price_default) AS default_sign,
        credit['id'] AS credit_id,
        credit['type'] AS credit_type,
        min(starts) AS usage_start_time,
        min(ends) AS usage_end_time,
        sum(line_cost) AS cost,
        sum(cost_at_list) AS cost_at_list,
        sum(cost_at_effective_price_default) AS cost_at_effective_price_default,
        sum(usage_amount) AS usage_amount,
        sum(usage_amount_in_pricing_units) AS usage_amount_in_pricing_units,
        sum(credited) AS credited,
        sum(x_ChargeCount)::BIGINT AS x_ChargeCount
    FROM lines
    GROUP BY ALL
)

FROM raw.gcp_billing
UNION ALL BY NAME
SELECT
    * EXCLUDE (credited, credit_id, credit_type),
    [{
        'id': credit_id,
        'full_name': NULL::VARCHAR,
        'name': NULL::VARCHAR,
        'type': credit_type,
        'amount': credited
    }] AS credits
FROM sums
