-- OCI cost reports as FOCUS 1.4 rows.
--
-- grain:  charge
-- reads:  focus.charges, the report lines, exported or summed, that $lines names
-- params: lines
--
-- docs/methods/focus_mapping.md gives the reason of each rule. The cost is myCost; it
-- holds what went beyond a commitment too, and a report has no other. What corrects
-- another stays among the usage, whatever its sign. Lines without a currency have no
-- amounts (ingest refuses a bill where they do).
WITH named AS (
    SELECT
        * EXCLUDE (product_service),
        instant(line_item_interval_usage_start) AS starts,
        date_trunc('month', instant(line_item_interval_usage_start)) AS period_start,
        coalesce(known(product_service), 'Unknown') AS service,
        oci_service_subcategory(known(product_service)) AS subcategory,
        to_json(struct_pack(*COLUMNS('^tags/.+$')))::VARCHAR AS tag_columns
    FROM query_table($lines)
    WHERE known(cost_currency_code) IS NOT NULL
)

FROM focus.charges
UNION ALL BY NAME
SELECT
    cost_my_cost AS BilledCost,
    cost_my_cost AS EffectiveCost,
    cost_my_cost AS ListCost,
    cost_my_cost AS ContractedCost,
    known(product_availability_domain) AS AvailabilityZone,
    known(line_item_tenant_id) AS BillingAccountId,
    'Tenancy' AS BillingAccountType,
    coalesce(known(product_compartment_id), known(line_item_tenant_id))
        AS SubAccountId,
    known(product_compartment_name) AS SubAccountName,
    'Compartment' AS SubAccountType,
    known(cost_currency_code) AS BillingCurrency,
    known(cost_currency_code) AS PricingCurrency,
    period_start AS BillingPeriodStart,
    period_start + INTERVAL 1 MONTH AS BillingPeriodEnd,
    starts AS ChargePeriodStart,
    after_end(instant(line_item_interval_usage_end)) AS ChargePeriodEnd,
    'Usage' AS ChargeCategory,
    if(lower(line_item_is_correction) = 'true', 'Correction', NULL) AS ChargeClass,
    known(product_description) AS ChargeDescription,
    'Usage-Based' AS ChargeFrequency,
    usage_billed_quantity AS ConsumedQuantity,
    known(cost_sku_unit_description) AS ConsumedUnit,
    usage_billed_quantity AS PricingQuantity,
    known(cost_sku_unit_description) AS PricingUnit,
    if(coalesce(cost_my_cost_overage, 0) = 0, cost_unit_price, NULL)
        AS ContractedUnitPrice,
    'Standard' AS PricingCategory,
    'Oracle' AS InvoiceIssuerName,
    'Oracle' AS ServiceProviderName,
    'Oracle' AS HostProviderName,
    known(product_region) AS RegionId,
    known(product_region) AS RegionName,
    known(product_resource_id) AS ResourceId,
    nullif(regexp_extract(product_resource_id, '^ocid1[.]([^.]+)[.]', 1), '')
        AS ResourceType,
    service AS ServiceName,
    subcategory AS ServiceSubcategory,
    service_category(subcategory) AS ServiceCategory,
    known(cost_product_sku) AS SkuId,
    known(product_description) AS SkuMeter,
    known(cost_product_sku) AS SkuPriceId,
    oci_tags(tag_columns) AS Tags,
    if(service = 'MARKETPLACE', 'Marketplace seller', 'Oracle') AS x_PublisherName,
    charge_kind('Usage', NULL, NULL, service, service = 'MARKETPLACE', 0)
        AS x_ChargeKind,
    if(lower(cost_overage_flag) = 'true', 'overage', 'usage') AS x_SourceChargeType,
    x_ChargeCount,
    version AS x_BillId,
    source AS x_Source
FROM named
