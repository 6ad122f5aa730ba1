-- Google's standard and detailed billing exports as FOCUS 1.4 rows.
--
-- grain:  charge
-- reads:  focus.gcp_charges, focus.charges
-- params: lines
--
-- What the columns mean is decided in focus/gcp_lines and focus/gcp_charges; here they
-- get their names. Columns that Google has nothing for come from focus.charges, which
-- is always empty. A negative usage row takes back usage that was counted too high, so
-- it stays among the usage; only adjustments are refunds.
FROM focus.charges
UNION ALL BY NAME
SELECT
    invoiced AS BilledCost,
    invoiced AS EffectiveCost,
    listed AS ListCost,
    contracted AS ContractedCost,
    known(location_zone) AS AvailabilityZone,
    known(billing_account_id) AS BillingAccountId,
    'Billing Account' AS BillingAccountType,
    known(project_id) AS SubAccountId,
    known(project_name) AS SubAccountName,
    if(known(project_id) IS NULL, NULL, 'Project') AS SubAccountType,
    known(currency) AS BillingCurrency,
    known(currency) AS PricingCurrency,
    period_start AS BillingPeriodStart,
    period_start + INTERVAL 1 MONTH AS BillingPeriodEnd,
    instant(usage_start_time) AS ChargePeriodStart,
    after_end(instant(usage_end_time)) AS ChargePeriodEnd,
    category AS ChargeCategory,
    class AS ChargeClass,
    coalesce(
        if(
            is_promotion,
            coalesce(known(credit['full_name']), known(credit['name'])),
            NULL
        ),
        known(adjustment_info_description), known(sku_description)
    ) AS ChargeDescription,
    frequency AS ChargeFrequency,
    commitment_id AS CommitmentDiscountId,
    if(commitment_id IS NULL, NULL, known(credit['full_name']))
        AS CommitmentDiscountName,
    CASE
        WHEN commitment_id IS NOT NULL AND category IN ('Usage', 'Purchase')
            THEN
                if(
                    has_model OR coalesce(credit['type'] LIKE '%_DOLLAR_BASE', FALSE)
                    OR sku_description ILIKE 'Commitment%dollar%', 'Spend', 'Usage'
                )
    END AS CommitmentDiscountCategory,
    if(commitment_id IS NULL, NULL, 'Committed Use Discount') AS CommitmentDiscountType,
    if(is_covered AND commitment_id IS NOT NULL, 'Used', NULL)
        AS CommitmentDiscountStatus,
    if(is_used, usage_amount, NULL) AS ConsumedQuantity,
    if(is_used, unit(usage_unit), NULL) AS ConsumedUnit,
    if(has_price, usage_amount_in_pricing_units, NULL) AS PricingQuantity,
    if(has_price, unit(usage_pricing_unit), NULL) AS PricingUnit,
    if(has_price AND has_unit_price, price_list_price, NULL) AS ListUnitPrice,
    if(has_price AND has_unit_price AND NOT has_model, price_effective_price, NULL)
        AS ContractedUnitPrice,
    CASE
        WHEN is_covered THEN 'Committed'
        WHEN NOT has_price THEN NULL
        WHEN regexp_matches(sku_description, '\b(Spot|Preemptible)\b') THEN 'Dynamic'
        ELSE 'Standard'
    END AS PricingCategory,
    'Google Cloud' AS InvoiceIssuerName,
    'Google Cloud' AS ServiceProviderName,
    'Google Cloud' AS HostProviderName,
    nullif(region, 'global') AS RegionId,
    nullif(region, 'global') AS RegionName,
    known(resource_global_name) AS ResourceId,
    known(resource_name) AS ResourceName,
    nullif(regexp_extract(resource_global_name, '/([^/]+)/[^/]+$', 1), '')
        AS ResourceType,
    service AS ServiceName,
    gcp_service_subcategory(service) AS ServiceSubcategory,
    service_category(gcp_service_subcategory(service)) AS ServiceCategory,
    if(has_price, known(sku_id), NULL) AS SkuId,
    if(has_price, known(sku_description), NULL) AS SkuMeter,
    if(
        has_price,
        concat_ws(
            '/', known(sku_id),
            regexp_replace(price_tier_start_amount::VARCHAR, '[.]?0+$', ''),
            known(consumption_model_id)
        ), NULL
    ) AS SkuPriceId,
    gcp_tags(project_labels, tags, system_labels, labels) AS Tags,
    publisher AS x_PublisherName,
    charge_kind(
        category, commitment_id, NULL, service, is_marketplace,
        if(category = 'Adjustment' AND NOT is_rounding, invoiced, 0)
    ) AS x_ChargeKind,
    if(is_promotion, 'PROMOTION', cost_type) AS x_SourceChargeType,
    x_ChargeCount,
    version AS x_BillId,
    source AS x_Source
FROM focus.gcp_charges($lines)
