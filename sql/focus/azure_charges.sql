-- Azure lines with the category of each charge, its service, region and commitment.
--
-- grain:  charge
-- reads:  the lines, exported or summed, that $lines names
-- params: lines
--
-- A refund takes back a purchase of an earlier month, so it is a corrected purchase.
-- Whatever is none of Azure's usual types, such as a rounding adjustment, is one.
SELECT
    *,
    CASE
        WHEN charge_type = 'usage' OR is_unused THEN 'Usage'
        WHEN charge_type IN ('purchase', 'refund') THEN 'Purchase'
        WHEN charge_type IN ('credit', 'tax') THEN spelled(charge_type)
        ELSE 'Adjustment'
    END AS category,
    CASE
        WHEN is_unused THEN 'Unused'
        WHEN is_covered AND commitment_id IS NOT NULL THEN 'Used'
    END AS status,
    category = 'Usage' AND NOT is_unused AS is_used,
    azure_unit(UnitOfMeasure) AS base_unit,
    if(block > 1, block || ' ' || base_unit, base_unit) AS whole_unit,
    category IN ('Usage', 'Purchase') AS has_price,
    if(has_price, azure_sku(ProductId, MeterId), NULL) AS sku,
    if(
        has_price, coalesce(known(PartNumber), azure_sku(NULL, MeterId), sku), NULL
    ) AS price_sku,
    instant(Date) AS day_start,
    instant(BillingMonth) AS month_start,
    coalesce(
        azure_service(MeterCategory, ServiceName, ConsumedService),
        known(ProductName), 'Unknown'
    ) AS service,
    coalesce(
        azure_region(ResourceLocationNormalized), azure_region(ResourceLocation),
        azure_region(Location)
    ) AS region,
    azure_service_subcategory(MeterCategory, ConsumedService) AS subcategory,
    CASE
        WHEN commitment_id IS NULL THEN NULL
        WHEN
            regexp_matches(
                commitment_id || coalesce(PricingModel, ''),
                '(?i)billingbenefits|savings'
            ) THEN 'Savings Plan'
        ELSE 'Reservation'
    END AS commitment_type,
    CASE commitment_type
        WHEN 'Savings Plan' THEN 'Spend'
        WHEN 'Reservation' THEN 'Usage'
    END AS commitment_category,
    CASE commitment_type
        WHEN 'Savings Plan' THEN cost
        WHEN 'Reservation' THEN Quantity
    END AS commitment_quantity,
    CASE commitment_type
        WHEN 'Savings Plan' THEN known(BillingCurrency)
        WHEN 'Reservation' THEN 'Hours'
    END AS commitment_unit,
    coalesce(PublisherType = 'Marketplace', third_party(PublisherName, 'Microsoft'))
        AS is_marketplace,
    coalesce(
        if(BillingScope = BillingProfileId, known(BillingProfileName), NULL),
        known(BillingAccountName)
    ) AS account_name,
    CASE
        WHEN BillingScope = SubscriptionId THEN 'Subscription'
        WHEN BillingScope = BillingAccountId THEN 'Billing Account'
        ELSE 'Billing Profile'
    END AS account_type,
    CASE lower(Frequency)
        WHEN 'recurring' THEN 'Recurring'
        WHEN 'onetime' THEN 'One-Time'
        ELSE if(category = 'Usage', 'Usage-Based', 'One-Time')
    END AS charge_frequency,
    CASE
        WHEN is_unused OR is_covered THEN 'Committed'
        WHEN NOT has_price THEN NULL
        WHEN PricingModel ILIKE 'spot' THEN 'Dynamic'
        ELSE 'Standard'
    END AS pricing_category
FROM query_table($lines)
WHERE known(BillingCurrency) IS NOT NULL
