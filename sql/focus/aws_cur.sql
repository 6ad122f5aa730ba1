-- AWS cost and usage reports, legacy and 2.0, as FOCUS 1.4 rows.
--
-- grain:  charge
-- reads:  focus.aws_prices, focus.charges
-- params: lines
--
-- What the columns mean is decided in focus/aws_charges and focus/aws_prices; here they
-- get their names. Columns that AWS has nothing for come from focus.charges, which is
-- always empty.
FROM focus.charges
UNION ALL BY NAME
SELECT
    billed AS BilledCost,
    effective AS EffectiveCost,
    listed AS ListCost,
    contracted AS ContractedCost,
    if(
        regexp_matches(line_item_availability_zone, '\d[a-z]$'),
        line_item_availability_zone, NULL
    ) AS AvailabilityZone,
    known(bill_payer_account_id) AS BillingAccountId,
    known(bill_payer_account_name) AS BillingAccountName,
    'Payer Account' AS BillingAccountType,
    known(line_item_usage_account_id) AS SubAccountId,
    known(line_item_usage_account_name) AS SubAccountName,
    'Linked Account' AS SubAccountType,
    known(line_item_currency_code) AS BillingCurrency,
    priced_in AS PricingCurrency,
    if(priced_in = line_item_currency_code, contracted_price, NULL)
        AS PricingCurrencyContractedUnitPrice,
    if(priced_in = line_item_currency_code, effective, NULL)
        AS PricingCurrencyEffectiveCost,
    if(priced_in = line_item_currency_code, list_price, NULL)
        AS PricingCurrencyListUnitPrice,
    period_start AS BillingPeriodStart,
    after_end(instant(bill_billing_period_end_date)) AS BillingPeriodEnd,
    usage_start AS ChargePeriodStart,
    after_end(instant(line_item_usage_end_date)) AS ChargePeriodEnd,
    category AS ChargeCategory,
    class AS ChargeClass,
    known(line_item_line_item_description) AS ChargeDescription,
    frequency AS ChargeFrequency,
    commitment_id AS CommitmentDiscountId,
    if(commitment_id IS NULL, NULL, if(savings_plan_id IS NULL, 'Usage', 'Spend'))
        AS CommitmentDiscountCategory,
    if(
        commitment_id IS NULL, NULL,
        if(savings_plan_id IS NULL, 'Reserved Instance', 'Savings Plan')
    ) AS CommitmentDiscountType,
    commitment_status AS CommitmentDiscountStatus,
    commitment_quantity AS CommitmentDiscountQuantity,
    if(
        commitment_quantity IS NULL, NULL,
        if(savings_plan_id IS NULL, 'Hours', known(line_item_currency_code))
    ) AS CommitmentDiscountUnit,
    if(is_used, money(line_item_usage_amount), NULL) AS ConsumedQuantity,
    if(is_used, unit(pricing_unit), NULL) AS ConsumedUnit,
    if(has_price, quantity, NULL) AS PricingQuantity,
    if(has_price, unit(pricing_unit), NULL) AS PricingUnit,
    list_price AS ListUnitPrice,
    contracted_price AS ContractedUnitPrice,
    pricing_category AS PricingCategory,
    known(bill_invoice_id) AS InvoiceId,
    coalesce(
        known(bill_invoicing_entity), known(line_item_legal_entity),
        'Amazon Web Services, Inc.'
    ) AS InvoiceIssuerName,
    'AWS' AS ServiceProviderName,
    'AWS' AS HostProviderName,
    nullif(region, 'global') AS RegionId,
    aws_region_name(region) AS RegionName,
    if(
        is_unused OR is_commitment,
        aws_commitment(
            savings_plan_savings_plan_a_r_n, savings_plan_savings_plan_arn,
            reservation_reservation_a_r_n, reservation_reservation_arn
        ), known(line_item_resource_id)
    ) AS ResourceId,
    name_tag AS ResourceName,
    resource_type AS ResourceType,
    service AS ServiceName,
    aws_service_subcategory(line_item_product_code, family) AS ServiceSubcategory,
    service_category(aws_service_subcategory(line_item_product_code, family))
        AS ServiceCategory,
    if(has_price, known(product_sku), NULL) AS SkuId,
    if(has_price, known(line_item_usage_type), NULL) AS SkuMeter,
    if(
        has_price,
        coalesce(
            known(pricing_rate_code),
            known(product_sku) || '.' || known(pricing_rate_id), known(product_sku)
        ), NULL
    ) AS SkuPriceId,
    if(has_price, sku_details, NULL) AS SkuPriceDetails,
    aws_tags(tag_columns, tag_map) AS Tags,
    publisher AS x_PublisherName,
    charge_kind(
        category, commitment_id, commitment_status,
        if(line_item_product_code ILIKE '%support%', 'support', service),
        is_marketplace,
        if(is_discount, 0, least(billed, effective))
    ) AS x_ChargeKind,
    line_type AS x_SourceChargeType,
    x_ChargeCount,
    version AS x_BillId,
    source AS x_Source
FROM focus.aws_prices($lines)
