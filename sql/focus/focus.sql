-- FOCUS exports of any version from 1.0 to 1.4 as FOCUS 1.4 rows.
--
-- grain:  charge
-- reads:  focus.charges, the rows, exported or summed, that $lines names
-- params: lines
--
-- Columns that came with a later version are derived from those they replaced; older
-- previews and Oracle's export spell a few names differently, and a preview's
-- subcategory says what became a category, a class and a status. A cost that is missing
-- though it may not be is the billed one: FOCUS says so of rows without a price. Rows
-- without a currency have no amounts (ingest refuses a bill where they do).
WITH named AS (
    SELECT
        coalesce(
            provider_name(ServiceProviderName), provider_name(ProviderName),
            provider_name(Provider)
        ) AS offered_by,
        coalesce(
            provider_name(ProviderName), provider_name(Provider),
            provider_name(InvoiceIssuerName)
        ) AS sold_on,
        coalesce(
            known(PublisherName), known(Publisher), known(ServiceProviderName)
        ) AS published_by,
        if(
            ChargeSubcategory = 'Credit', 'Credit', spelled(ChargeCategory)
        ) AS category,
        coalesce(
            spelled(CommitmentDiscountStatus),
            spelled(regexp_extract(ChargeSubcategory, '^(Used|Unused) Commitment$', 1))
        ) AS commitment_status,
        *
    FROM query_table($lines)
    WHERE known(BillingCurrency) IS NOT NULL
)

FROM focus.charges
UNION ALL BY NAME
SELECT
    document(AllocatedMethodDetails) AS AllocatedMethodDetails,
    known(AllocatedMethodId) AS AllocatedMethodId,
    known(AllocatedResourceId) AS AllocatedResourceId,
    known(AllocatedResourceName) AS AllocatedResourceName,
    document(AllocatedTags) AS AllocatedTags,
    known(AvailabilityZone) AS AvailabilityZone,
    money(BilledCost) AS BilledCost,
    known(BillingAccountId) AS BillingAccountId,
    known(BillingAccountName) AS BillingAccountName,
    known(BillingAccountType) AS BillingAccountType,
    known(BillingCurrency) AS BillingCurrency,
    after_end(instant(BillingPeriodEnd)) AS BillingPeriodEnd,
    instant(BillingPeriodStart) AS BillingPeriodStart,
    known(CapacityReservationId) AS CapacityReservationId,
    spelled(CapacityReservationStatus) AS CapacityReservationStatus,
    category AS ChargeCategory,
    coalesce(
        spelled(ChargeClass), if(ChargeSubcategory = 'Refund', 'Correction', NULL)
    ) AS ChargeClass,
    known(ChargeDescription) AS ChargeDescription,
    spelled(ChargeFrequency) AS ChargeFrequency,
    after_end(instant(ChargePeriodEnd)) AS ChargePeriodEnd,
    instant(ChargePeriodStart) AS ChargePeriodStart,
    spelled(CommitmentDiscountCategory) AS CommitmentDiscountCategory,
    known(CommitmentDiscountId) AS CommitmentDiscountId,
    known(CommitmentDiscountName) AS CommitmentDiscountName,
    money(CommitmentDiscountQuantity) AS CommitmentDiscountQuantity,
    commitment_status AS CommitmentDiscountStatus,
    known(CommitmentDiscountType) AS CommitmentDiscountType,
    known(CommitmentDiscountUnit) AS CommitmentDiscountUnit,
    document(CommitmentProgramEligibilityDetails)
        AS CommitmentProgramEligibilityDetails,
    money(ConsumedQuantity) AS ConsumedQuantity,
    known(ConsumedUnit) AS ConsumedUnit,
    document(ContractApplied) AS ContractApplied,
    coalesce(money(ContractedCost), money(BilledCost)) AS ContractedCost,
    money(ContractedUnitPrice) AS ContractedUnitPrice,
    coalesce(money(EffectiveCost), money(BilledCost)) AS EffectiveCost,
    coalesce(provider_name(HostProviderName), offered_by) AS HostProviderName,
    known(InvoiceDetailId) AS InvoiceDetailId,
    coalesce(known(InvoiceId), known(x_InvoiceId)) AS InvoiceId,
    coalesce(known(InvoiceIssuerName), known(InvoiceIssuer)) AS InvoiceIssuerName,
    coalesce(money(ListCost), money(BilledCost)) AS ListCost,
    money(ListUnitPrice) AS ListUnitPrice,
    spelled(PricingCategory) AS PricingCategory,
    coalesce(known(PricingCurrency), known(x_PricingCurrency)) AS PricingCurrency,
    money(PricingCurrencyContractedUnitPrice) AS PricingCurrencyContractedUnitPrice,
    money(PricingCurrencyEffectiveCost) AS PricingCurrencyEffectiveCost,
    money(PricingCurrencyListUnitPrice) AS PricingCurrencyListUnitPrice,
    money(PricingQuantity) AS PricingQuantity,
    known(PricingUnit) AS PricingUnit,
    coalesce(known(RegionId), known(Region)) AS RegionId,
    known(RegionName) AS RegionName,
    known(ResourceId) AS ResourceId,
    known(ResourceName) AS ResourceName,
    known(ResourceType) AS ResourceType,
    coalesce(known(ServiceCategory), 'Other') AS ServiceCategory,
    coalesce(known(ServiceName), 'Unknown') AS ServiceName,
    offered_by AS ServiceProviderName,
    known(ServiceSubcategory) AS ServiceSubcategory,
    known(SkuId) AS SkuId,
    coalesce(known(SkuMeter), known(x_SkuMeterName)) AS SkuMeter,
    document(SkuPriceDetails) AS SkuPriceDetails,
    known(SkuPriceId) AS SkuPriceId,
    known(SubAccountId) AS SubAccountId,
    known(SubAccountName) AS SubAccountName,
    known(SubAccountType) AS SubAccountType,
    tag_document(Tags) AS Tags,
    published_by AS x_PublisherName,
    charge_kind(
        category, known(CommitmentDiscountId), commitment_status,
        coalesce(known(ServiceName), ''),
        third_party(published_by, sold_on),
        least(money(BilledCost), money(EffectiveCost))
    ) AS x_ChargeKind,
    x_ChargeCount,
    version AS x_BillId,
    source AS x_Source
FROM named
