-- AWS charges with what their price rests on: quantity, unit prices, pricing category.
--
-- grain:  charge
-- reads:  focus.aws_charges
-- params: lines
--
-- Unit prices are AWS's own rates. They are text there and may be empty or tiered, so
-- costs are never derived from them.
SELECT
    *,
    coalesce(known(pricing_currency), known(line_item_currency_code)) AS priced_in,
    CASE
        WHEN is_unused OR line_type = 'DiscountedUsage' OR NOT is_covered
            THEN if(is_covered, listed, if(is_unused, unused, billed))
        ELSE coalesce(money(line_item_unblended_cost), listed)
    END::DECIMAL(38, 18) AS contracted,
    category IN ('Usage', 'Purchase') AND NOT is_discount AS has_price,
    if(
        is_unused,
        if(savings_plan_id IS NULL, money(reservation_unused_quantity), unused),
        money(line_item_usage_amount)
    ) AS quantity,
    if(
        is_used AND line_type <> 'Refund',
        try_cast(pricing_public_on_demand_rate AS DECIMAL(38, 18)), NULL
    ) AS list_price,
    if(
        is_used AND line_item_net_unblended_cost IS NULL
        AND line_type <> 'DiscountedUsage',
        try_cast(line_item_unblended_rate AS DECIMAL(38, 18)), NULL
    ) AS contracted_price,
    CASE
        WHEN is_unused OR is_covered THEN 'Committed'
        WHEN category NOT IN ('Usage', 'Purchase') THEN NULL
        WHEN line_item_usage_type LIKE '%SpotUsage%' OR pricing_term = 'Spot'
            THEN 'Dynamic'
        ELSE 'Standard'
    END AS pricing_category,
    CASE
        WHEN savings_plan_id IS NOT NULL AND is_covered THEN effective
        WHEN savings_plan_id IS NOT NULL AND is_unused THEN unused
        WHEN savings_plan_id IS NOT NULL AND is_commitment THEN billed
        WHEN is_unused THEN money(reservation_unused_quantity)
        WHEN reservation_id IS NOT NULL AND (is_covered OR is_commitment)
            THEN money(line_item_usage_amount)
    END AS commitment_quantity,
    CASE
        WHEN category = 'Usage' THEN 'Usage-Based'
        WHEN is_purchase THEN 'Recurring'
        ELSE 'One-Time'
    END AS frequency,
    CASE
        WHEN is_unused OR is_commitment
            THEN if(savings_plan_id IS NULL, 'Reserved Instance', 'Savings Plan')
        WHEN known(line_item_resource_id) IS NOT NULL
            THEN coalesce(family, known(line_item_product_code))
    END AS resource_type,
    json_merge_patch('{}', json_object(
        'InstanceType', coalesce(
            known(product_instance_type), known(attributes['instance_type'])
        ),
        'OperatingSystem', coalesce(
            known(product_operating_system), known(attributes['operating_system'])
        ),
        'DatabaseEngine', coalesce(
            known(product_database_engine), known(attributes['database_engine'])
        ),
        'x_Family', family,
        'x_VolumeType', coalesce(
            known(product_volume_api_name), known(attributes['volume_api_name'])
        ),
        'x_Operation', known(line_item_operation)
    )) AS sku_details,
    if(
        is_marketplace,
        coalesce(known(line_item_legal_entity), 'AWS Marketplace'),
        'Amazon Web Services, Inc.'
    ) AS publisher
FROM focus.aws_charges($lines)
