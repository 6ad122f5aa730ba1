-- What is the same on every CUR 2.0 line of a meter.
--
-- grain:  meter
-- reads:  simulated.meters
-- params:
SELECT
    meter,
    price_scale,
    price_unit,
    quantity_scale,
    discount_pct,
    commitment_id,
    upfront_price,
    'AWS' AS bill_billing_entity,
    'Anniversary' AS bill_bill_type,
    'Amazon Web Services EMEA SARL' AS bill_invoicing_entity,
    'Amazon Web Services EMEA SARL' AS line_item_legal_entity,
    billing_account_id AS bill_payer_account_id,
    billing_account_name AS bill_payer_account_name,
    substr(sha256('line' || meter || resource_name), 1, 26) AS line_id,
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
    sku_id || '.JRTCKXETXF.6YS6EN2CT7' AS pricing_rate_code,
    substr(sha256('rate' || sku_id), 1, 12) AS pricing_rate_id,
    region_id AS product_region_code,
    region_id AS product_from_region_code,
    region_name AS product_location,
    'AWS Region' AS product_location_type,
    machine AS product_instance_type,
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
    usage_type || ' in ' || region_name AS description,
    map(['product_name', 'region', 'servicename'], [service_name, region_id, service_name])
    AS product,
    map(
        list_transform(tag_keys, lambda k: 'user_' || regexp_replace(lower(k), '[^a-z0-9]+', '_', 'g')),
        tag_values
    ) AS resource_tags
FROM simulated.meters
