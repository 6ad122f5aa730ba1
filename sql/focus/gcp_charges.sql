-- Google charges with what each is: category, class, commitment and price.
--
-- grain:  charge
-- reads:  focus.gcp_lines
-- params: lines
--
-- docs/methods/focus_mapping.md gives the reason of each rule. Invoice months begin in
-- California, so what ended before the month began in UTC is of an earlier one.
WITH typed AS (
    SELECT
        *,
        part = 'promotion' AS is_promotion,
        cost_type = 'rounding_error' AS is_rounding,
        instant(invoice_month) AS period_start,
        known(consumption_model_id) IS NOT NULL
        AND known(consumption_model_id) <> '7754-699E-0EBF' AS has_model,
        coalesce(
            invoice_publisher_type = 'PARTNER'
            OR starts_with(transaction_type, 'THIRD_PARTY'), FALSE
        ) AS is_marketplace,
        CASE
            WHEN part = 'line'
                THEN coalesce(known(subscription_instance_id), known(credit['id']))
        END AS commitment_id
    FROM focus.gcp_lines($lines)
),

categorised AS (
    SELECT
        *,
        CASE
            WHEN is_promotion THEN 'Credit'
            WHEN cost_type = 'tax' THEN 'Tax'
            WHEN cost_type IN ('adjustment', 'rounding_error') THEN 'Adjustment'
            WHEN
                starts_with(sku_description, 'Commitment')
                OR known(subscription_instance_id) IS NOT NULL
                OR regexp_matches(service_description, '(?i)\bsupport\b')
                THEN 'Purchase'
            ELSE 'Usage'
        END AS category,
        coalesce(known(location_region), known(location_location)) AS region,
        coalesce(known(service_description), 'Unknown') AS service
    FROM typed
)

SELECT
    *,
    category = 'Usage' AS is_used,
    category IN ('Usage', 'Purchase') AS has_price,
    coalesce(price_pricing_unit_quantity, 1) = 1
    AND coalesce(currency_conversion_rate, 1) = 1 AS has_unit_price,
    category = 'Usage' AND (credit IS NOT NULL OR has_model) AS is_covered,
    if(is_promotion, invoiced, coalesce(cost_at_list, cost)) AS listed,
    CASE
        WHEN is_promotion THEN invoiced
        WHEN has_model THEN coalesce(cost_at_effective_price_default, cost)
        ELSE cost
    END AS contracted,
    if(
        NOT is_promotion AND instant(usage_end_time) <= period_start,
        'Correction', NULL
    ) AS class,
    CASE category
        WHEN 'Usage' THEN 'Usage-Based'
        WHEN 'Purchase' THEN 'Recurring'
        ELSE 'One-Time'
    END AS frequency,
    CASE
        WHEN is_marketplace THEN coalesce(known(seller_name), 'Partner')
        ELSE 'Google Cloud'
    END AS publisher
FROM categorised
