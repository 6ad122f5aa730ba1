-- Lines of AWS cost and usage reports, legacy and 2.0 alike, typed and named once.
--
-- grain:  report line, and a second one for the unused part of a commitment's fee
-- reads:  the report lines, exported or summed, that $lines names
-- params: lines
--
-- A fee line of a reservation or savings plan holds two facts: what was paid, and what
-- was not used. They become a purchase and an unused line. Negation lines cancel the
-- on-demand cost shown on lines covered by a savings plan; both are left out. Split
-- cost lines repeat what the line of their instance states.
--
-- Lines without a currency have no amounts (ingest refuses a bill where they do).
-- A column that is none of AWS's is left behind, lest it take the name of one of ours.
--
-- list_contains of a few words, not IN: of a column whose words Parquet keeps in a
-- dictionary, DuckDB asks a function once for each word, a comparison for each line.
WITH known_columns AS NOT MATERIALIZED (
    SELECT
        COLUMNS(
            '^(bill|discount|line_item|pricing|product|reservation|savings_plan)(_.*)?$'
        ),
        source,
        version,
        x_ChargeCount,
        pairs(product) AS attributes,
        coalesce(
            known(resource_tags_user_name), known(pairs(resource_tags)['user_name'])
        ) AS name_tag,
        to_json(struct_pack(*COLUMNS('^resource_tags_(user|aws)_.*$')))::VARCHAR
            AS tag_columns,
        pairs(resource_tags) AS tag_map
    FROM query_table($lines)
),

split AS (
    SELECT
        *,
        FALSE AS is_unused,
        list_contains(['RIFee', 'SavingsPlanRecurringFee'], line_item_line_item_type)
            AS is_purchase,
        NULL::DECIMAL(38, 18) AS unused
    FROM known_columns
    UNION ALL
    SELECT
        *,
        TRUE AS is_unused,
        FALSE AS is_purchase,
        if(
            line_item_line_item_type = 'RIFee',
            coalesce(
                money(reservation_net_unused_recurring_fee),
                money(reservation_unused_recurring_fee), 0
            ) + coalesce(
                money(reservation_net_unused_amortized_upfront_fee_for_billing_period),
                money(reservation_unused_amortized_upfront_fee_for_billing_period), 0
            ), savings_plan_unused_commitment
        ) AS unused
    FROM known_columns
    WHERE list_contains(['RIFee', 'SavingsPlanRecurringFee'], line_item_line_item_type)
)

SELECT
    *,
    line_item_line_item_type AS line_type,
    if(
        line_item_net_unblended_cost IS NULL,
        coalesce(
            aws_discounted(
                money(line_item_unblended_cost), money(discount_total_discount),
                line_item_line_item_type, discount_stated_elsewhere
            ), 0
        ), money(line_item_net_unblended_cost)
    ) AS invoiced,
    coalesce(
        known(savings_plan_savings_plan_a_r_n), known(savings_plan_savings_plan_arn)
    ) AS savings_plan_id,
    coalesce(
        known(reservation_reservation_a_r_n), known(reservation_reservation_arn)
    ) AS reservation_id,
    coalesce(known(product_region_code), known(product_region)) AS region,
    if(
        aws_product_name(line_item_product_code) IS NULL,
        coalesce(
            known(product_product_name), known(product_servicename),
            known(line_item_product_code), 'Unknown'
        ), aws_product_name(line_item_product_code)
    ) AS service
FROM split
WHERE
    line_item_currency_code <> ''
    AND line_item_line_item_type IS DISTINCT FROM 'SavingsPlanNegation'
    AND line_item_operation IS DISTINCT FROM 'EKSPod-EC2'
    AND line_item_operation IS DISTINCT FROM 'ECSTask-EC2'
