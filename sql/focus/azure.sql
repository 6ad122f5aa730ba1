-- Azure bills, of the actual and the amortised export or of one of them, as FOCUS rows.
--
-- grain:  charge
-- reads:  focus.azure_charges, focus.charges
-- params: lines
--
-- What the columns mean is decided in focus/azure_exported and focus/azure_charges;
-- they get their names here. Days are inclusive, so a charge ends a day after it.
FROM focus.charges
UNION ALL BY NAME
SELECT
    billed AS BilledCost,
    effective AS EffectiveCost,
    listed AS ListCost,
    contracted AS ContractedCost,
    known(AvailabilityZone) AS AvailabilityZone,
    known(BillingScope) AS BillingAccountId,
    account_name AS BillingAccountName,
    account_type AS BillingAccountType,
    known(SubscriptionId) AS SubAccountId,
    known(SubscriptionName) AS SubAccountName,
    if(known(SubscriptionId) IS NULL, NULL, 'Subscription') AS SubAccountType,
    known(BillingCurrency) AS BillingCurrency,
    coalesce(known(PricingCurrency), known(BillingCurrency)) AS PricingCurrency,
    month_start AS BillingPeriodStart,
    month_start + INTERVAL 1 MONTH AS BillingPeriodEnd,
    day_start AS ChargePeriodStart,
    day_start + INTERVAL 1 DAY AS ChargePeriodEnd,
    category AS ChargeCategory,
    if(charge_type = 'refund', 'Correction', NULL) AS ChargeClass,
    coalesce(known(ProductName), nullif(concat_ws(
        ' - ', known(MeterCategory), known(MeterSubCategory), known(MeterName)
    ), '')) AS ChargeDescription,
    charge_frequency AS ChargeFrequency,
    commitment_id AS CommitmentDiscountId,
    coalesce(known(BenefitName), known(ReservationName)) AS CommitmentDiscountName,
    commitment_category AS CommitmentDiscountCategory,
    commitment_type AS CommitmentDiscountType,
    status AS CommitmentDiscountStatus,
    commitment_quantity AS CommitmentDiscountQuantity,
    commitment_unit AS CommitmentDiscountUnit,
    if(is_used, Quantity, NULL) AS ConsumedQuantity,
    if(is_used, if(is_by_block, base_unit, whole_unit), NULL) AS ConsumedUnit,
    if(has_price, priced_quantity, NULL) AS PricingQuantity,
    if(has_price, whole_unit, NULL) AS PricingUnit,
    if(is_used, public_price, NULL) AS ListUnitPrice,
    if(is_used, unit_price, NULL) AS ContractedUnitPrice,
    pricing_category AS PricingCategory,
    known(InvoiceId) AS InvoiceId,
    'Microsoft' AS InvoiceIssuerName,
    'Microsoft' AS ServiceProviderName,
    'Microsoft' AS HostProviderName,
    region AS RegionId,
    azure_region_name(region) AS RegionName,
    if(is_unused OR is_commitment, commitment_id, known(ResourceId)) AS ResourceId,
    if(
        known(ResourceId) IS NULL, NULL,
        coalesce(known(ResourceName), known(split_part(ResourceId, '/', -1)))
    ) AS ResourceName,
    coalesce(known(ResourceType), azure_resource_type(ResourceId)) AS ResourceType,
    service AS ServiceName,
    subcategory AS ServiceSubcategory,
    service_category(subcategory) AS ServiceCategory,
    sku AS SkuId,
    if(sku IS NULL, NULL, known(MeterName)) AS SkuMeter,
    price_sku AS SkuPriceId,
    if(price_sku IS NULL, NULL, json_merge_patch('{}', json_object(
        'InstanceType', document(AdditionalInfo) ->> 'ServiceType',
        'x_MeterId', known(MeterId),
        'x_MeterSubCategory', known(MeterSubCategory),
        'x_Term', known(Term)
    ))) AS SkuPriceDetails,
    document(Tags) AS Tags,
    if(is_marketplace, known(PublisherName), 'Microsoft') AS x_PublisherName,
    charge_kind(
        category, commitment_id, status, service, is_marketplace,
        if(category = 'Adjustment', 0, least(billed, effective))
    ) AS x_ChargeKind,
    known(ChargeType) AS x_SourceChargeType,
    x_ChargeCount,
    version AS x_BillId,
    source AS x_Source
FROM focus.azure_charges($lines)
