-- What CUR 2.0 lines of the same meter, type and price have in common.
--
-- grain:  item
-- reads:  simulated.items, simulated.meters
-- params:
--
-- cur2_terms.sql tells of the product and the commitment behind them.
WITH priced AS (
    SELECT
        m.*,
        i.item,
        i.line_type,
        i.line_type = 'DiscountedUsage' AS is_reserved,
        (i.price * m.price_unit * 0.00000001)::VARCHAR AS list_rate,
        (i.price * (100 - m.discount_pct) * m.price_unit * 0.0000000001)::VARCHAR
            AS net_rate
    FROM simulated.items AS i
    INNER JOIN simulated.meters AS m ON i.meter = m.meter
)

SELECT
    'AWS' AS bill_billing_entity,
    'Anniversary' AS bill_bill_type,
    'Amazon Web Services EMEA SARL' AS bill_invoicing_entity,
    billing_account_id AS bill_payer_account_id,
    billing_account_name AS bill_payer_account_name,
    map(['team'], [coalesce(team, 'unassigned')]) AS cost_category,
    0.0 AS discount_bundled_discount,
    substr(sha256(line_type || meter || resource_name), 1, 26)
        AS identity_line_item_id,
    zone AS line_item_availability_zone,
    CASE WHEN is_reserved THEN '0' ELSE list_rate END AS line_item_blended_rate,
    currency AS line_item_currency_code,
    'Amazon Web Services EMEA SARL' AS line_item_legal_entity,
    usage_type || ' in ' || region_name AS line_item_line_item_description,
    line_type AS line_item_line_item_type,
    CASE WHEN is_reserved THEN '0' ELSE net_rate END AS line_item_net_unblended_rate,
    normalization_factor AS line_item_normalization_factor,
    operation AS line_item_operation,
    service_code AS line_item_product_code,
    resource_id AS line_item_resource_id,
    CASE WHEN is_reserved THEN '0' ELSE list_rate END AS line_item_unblended_rate,
    sub_account_id AS line_item_usage_account_id,
    sub_account_name AS line_item_usage_account_name,
    usage_type AS line_item_usage_type,
    currency AS pricing_currency,
    CASE WHEN is_reserved THEN '3yr' END AS pricing_lease_contract_length,
    CASE WHEN is_reserved THEN 'standard' END AS pricing_offering_class,
    list_rate AS pricing_public_on_demand_rate,
    CASE WHEN is_reserved THEN 'Partial Upfront' END AS pricing_purchase_option,
    sku_id || '.JRTCKXETXF.6YS6EN2CT7' AS pricing_rate_code,
    substr(sha256('rate' || sku_id), 1, 12) AS pricing_rate_id,
    CASE
        WHEN is_reserved THEN 'Reserved' WHEN is_spot THEN 'Spot' ELSE 'OnDemand'
    END AS pricing_term,
    unit AS pricing_unit,
    map(tag_keys, tag_values) AS resource_tags
FROM priced
ORDER BY item
