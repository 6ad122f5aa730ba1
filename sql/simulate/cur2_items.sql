-- What CUR 2.0 lines of the same meter, type and price have in common.
--
-- grain:  item
-- reads:  simulated.items, simulated.meters
-- params:
WITH priced AS (
    SELECT
        m.*,
        i.item,
        i.line_type,
        i.price,
        i.effective_price
    FROM simulated.items AS i
    INNER JOIN simulated.meters AS m ON i.meter = m.meter
)

SELECT
    line_type AS line_item_line_item_type,
    'AWS' AS bill_billing_entity,
    'Anniversary' AS bill_bill_type,
    'Amazon Web Services EMEA SARL' AS bill_invoicing_entity,
    'Amazon Web Services EMEA SARL' AS line_item_legal_entity,
    billing_account_id AS bill_payer_account_id,
    billing_account_name AS bill_payer_account_name,
    zone AS line_item_availability_zone,
    currency AS line_item_currency_code,
    currency AS pricing_currency,
    resource_id AS line_item_resource_id,
    sub_account_id AS line_item_usage_account_id,
    sub_account_name AS line_item_usage_account_name,
    service_code AS line_item_product_code,
    service_code AS product_servicecode,
    usage_type AS line_item_usage_type,
    usage_type AS product_usagetype,
    operation AS line_item_operation,
    operation AS product_operation,
    unit AS pricing_unit,
    unit AS product_pricing_unit,
    sku_id AS product_sku,
    region_id AS product_region_code,
    region_id AS product_from_region_code,
    region_name AS product_location,
    'AWS Region' AS product_location_type,
    machine AS product_instance_type,
    substr(sha256(line_type || meter || resource_name), 1, 26)
        AS identity_line_item_id,
    CASE WHEN line_type = 'DiscountedUsage' THEN 'Reserved' ELSE 'OnDemand' END
        AS pricing_term,
    (
        CASE WHEN line_type = 'DiscountedUsage' THEN 0 ELSE price END
        * price_unit * 0.00000001
    )::VARCHAR AS line_item_unblended_rate,
    (price * price_unit * 0.00000001)::VARCHAR AS pricing_public_on_demand_rate,
    CASE WHEN line_type LIKE 'SavingsPlan%' THEN commitment_id END
        AS savings_plan_savings_plan_a_r_n,
    CASE
        WHEN line_type = 'SavingsPlanCoveredUsage'
            THEN effective_price / price_scale
    END AS savings_plan_savings_plan_rate,
    CASE WHEN line_type = 'DiscountedUsage' THEN commitment_id END
        AS reservation_reservation_a_r_n,
    sku_id || '.JRTCKXETXF.6YS6EN2CT7' AS pricing_rate_code,
    substr(sha256('rate' || sku_id), 1, 12) AS pricing_rate_id,
    CASE WHEN kind = 'instance' THEN split_part(machine, '.', 1) END
        AS product_instance_family,
    CASE kind
        WHEN 'instance' THEN 'Compute Instance'
        WHEN 'volume' THEN 'Storage'
        WHEN 'database' THEN 'Database Instance'
        WHEN 'transfer' THEN 'Data Transfer'
        WHEN 'address' THEN 'IP Address'
        ELSE service_category
    END AS product_product_family,
    usage_type || ' in ' || region_name AS line_item_line_item_description,
    map(['product_name', 'region'], [service_name, region_id]) AS product,
    map(tag_keys, tag_values) AS resource_tags
FROM priced
ORDER BY item
