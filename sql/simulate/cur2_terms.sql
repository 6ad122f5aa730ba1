-- What CUR 2.0 says of the product and the commitment behind lines.
--
-- grain:  item
-- reads:  simulated.items, simulated.meters
-- params: first_at, last_at
--
-- Both are the first and the last day of every commitment.
WITH owned AS (
    SELECT
        m.*,
        i.item,
        i.line_type = 'DiscountedUsage' AS is_reserved,
        i.line_type LIKE 'SavingsPlan%' AS is_planned,
        m.kind = 'transfer' AS is_transfer,
        strftime($first_at, '%Y-%m-%dT00:00:00.000Z') AS begins,
        strftime($last_at, '%Y-%m-%dT23:59:59.000Z') AS ends,
        CASE
            WHEN i.line_type = 'SavingsPlanCoveredUsage'
                THEN i.effective_price / m.price_scale
        END AS plan_rate
    FROM simulated.items AS i
    INNER JOIN simulated.meters AS m ON i.meter = m.meter
)

SELECT
    map(
        ['product_name', 'region', 'servicename'] || detail_keys,
        [service_name, region_id, service_name] || detail_values
    ) AS product,
    CASE WHEN is_transfer THEN region_name END AS product_from_location,
    CASE WHEN is_transfer THEN 'AWS Region' END AS product_from_location_type,
    CASE WHEN is_transfer THEN region_id END AS product_from_region_code,
    CASE WHEN kind = 'instance' THEN machine_family END AS product_instance_family,
    machine AS product_instance_type,
    CASE WHEN kind = 'instance' THEN sku_id END AS product_instancesku,
    region_name AS product_location,
    'AWS Region' AS product_location_type,
    operation AS product_operation,
    unit AS product_pricing_unit,
    product_family AS product_product_family,
    region_id AS product_region_code,
    service_code AS product_servicecode,
    sku_id AS product_sku,
    CASE WHEN is_transfer THEN 'External' END AS product_to_location,
    CASE WHEN is_transfer THEN 'Other' END AS product_to_location_type,
    usage_type AS product_usagetype,
    CASE WHEN is_reserved THEN zone END AS reservation_availability_zone,
    CASE WHEN is_reserved THEN ends END AS reservation_end_time,
    CASE WHEN is_reserved THEN 'Original' END AS reservation_modification_status,
    CASE WHEN is_reserved THEN normalization_factor::VARCHAR END
        AS reservation_normalized_units_per_reservation,
    CASE WHEN is_reserved THEN '1' END AS reservation_number_of_reservations,
    CASE WHEN is_reserved THEN commitment_id END AS reservation_reservation_a_r_n,
    CASE WHEN is_reserved THEN begins END AS reservation_start_time,
    substr(sha256('subscription' || resource_name), 1, 10)
        AS reservation_subscription_id,
    CASE WHEN is_reserved THEN '1' END AS reservation_units_per_reservation,
    CASE WHEN is_planned THEN ends END AS savings_plan_end_time,
    CASE WHEN is_planned THEN 'ComputeSavingsPlans' END
        AS savings_plan_offering_type,
    CASE WHEN is_planned THEN 'No Upfront' END AS savings_plan_payment_option,
    CASE WHEN is_planned THEN '3yr' END AS savings_plan_purchase_term,
    CASE WHEN is_planned THEN 'Any' END AS savings_plan_region,
    CASE WHEN is_planned THEN commitment_id END AS savings_plan_savings_plan_a_r_n,
    plan_rate AS savings_plan_savings_plan_rate,
    CASE WHEN is_planned THEN begins END AS savings_plan_start_time
FROM owned
ORDER BY item
