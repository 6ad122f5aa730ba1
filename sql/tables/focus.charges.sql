-- The shape of FOCUS 1.4 Cost and Usage rows. It never holds any: the rows are views over
-- the lake, and this is what gives them names, types and comments.
CREATE TABLE IF NOT EXISTS focus.charges (
    AllocatedMethodDetails JSON,
    AllocatedMethodId VARCHAR,
    AllocatedResourceId VARCHAR,
    AllocatedResourceName VARCHAR,
    AllocatedTags JSON,
    AvailabilityZone VARCHAR,
    BilledCost DECIMAL(38, 18),
    BillingAccountId VARCHAR,
    BillingAccountName VARCHAR,
    BillingAccountType VARCHAR,
    BillingCurrency VARCHAR,
    BillingPeriodEnd TIMESTAMP,
    BillingPeriodStart TIMESTAMP,
    CapacityReservationId VARCHAR,
    CapacityReservationStatus VARCHAR,
    ChargeCategory VARCHAR,
    ChargeClass VARCHAR,
    ChargeDescription VARCHAR,
    ChargeFrequency VARCHAR,
    ChargePeriodEnd TIMESTAMP,
    ChargePeriodStart TIMESTAMP,
    CommitmentDiscountCategory VARCHAR,
    CommitmentDiscountId VARCHAR,
    CommitmentDiscountName VARCHAR,
    CommitmentDiscountQuantity DECIMAL(38, 18),
    CommitmentDiscountStatus VARCHAR,
    CommitmentDiscountType VARCHAR,
    CommitmentDiscountUnit VARCHAR,
    CommitmentProgramEligibilityDetails JSON,
    ConsumedQuantity DECIMAL(38, 18),
    ConsumedUnit VARCHAR,
    ContractApplied JSON,
    ContractedCost DECIMAL(38, 18),
    ContractedUnitPrice DECIMAL(38, 18),
    EffectiveCost DECIMAL(38, 18),
    HostProviderName VARCHAR,
    InvoiceDetailId VARCHAR,
    InvoiceId VARCHAR,
    InvoiceIssuerName VARCHAR,
    ListCost DECIMAL(38, 18),
    ListUnitPrice DECIMAL(38, 18),
    PricingCategory VARCHAR,
    PricingCurrency VARCHAR,
    PricingCurrencyContractedUnitPrice DECIMAL(38, 18),
    PricingCurrencyEffectiveCost DECIMAL(38, 18),
    PricingCurrencyListUnitPrice DECIMAL(38, 18),
    PricingQuantity DECIMAL(38, 18),
    PricingUnit VARCHAR,
    RegionId VARCHAR,
    RegionName VARCHAR,
    ResourceId VARCHAR,
    ResourceName VARCHAR,
    ResourceType VARCHAR,
    ServiceCategory VARCHAR,
    ServiceName VARCHAR,
    ServiceProviderName VARCHAR,
    ServiceSubcategory VARCHAR,
    SkuId VARCHAR,
    SkuMeter VARCHAR,
    SkuPriceDetails JSON,
    SkuPriceId VARCHAR,
    SubAccountId VARCHAR,
    SubAccountName VARCHAR,
    SubAccountType VARCHAR,
    Tags JSON,
    x_PublisherName VARCHAR,
    x_ChargeKind VARCHAR,
    x_SourceChargeType VARCHAR,
    x_BillId VARCHAR,
    x_Source VARCHAR
);
COMMENT ON TABLE focus.charges IS 'Shape of focus.cost_and_usage, always empty; grain: charge row of FOCUS 1.4, with x_ columns of our own.';
COMMENT ON COLUMN focus.charges.AllocatedMethodDetails IS 'How a shared cost was split, as an object.';
COMMENT ON COLUMN focus.charges.AllocatedMethodId IS 'Method by which the provider split a shared cost.';
COMMENT ON COLUMN focus.charges.AllocatedResourceId IS 'Resource that a split cost was allocated to.';
COMMENT ON COLUMN focus.charges.AllocatedResourceName IS 'Its name.';
COMMENT ON COLUMN focus.charges.AllocatedTags IS 'Its tags.';
COMMENT ON COLUMN focus.charges.AvailabilityZone IS 'Isolated location within the region.';
COMMENT ON COLUMN focus.charges.BilledCost IS 'What the invoice asks for this charge, in BillingCurrency.';
COMMENT ON COLUMN focus.charges.BillingAccountId IS 'Account that is invoiced.';
COMMENT ON COLUMN focus.charges.BillingAccountName IS 'Its name.';
COMMENT ON COLUMN focus.charges.BillingAccountType IS 'What the provider calls such an account.';
COMMENT ON COLUMN focus.charges.BillingCurrency IS 'ISO 4217 code of every cost in the row.';
COMMENT ON COLUMN focus.charges.BillingPeriodEnd IS 'End of the invoiced month, exclusive, UTC.';
COMMENT ON COLUMN focus.charges.BillingPeriodStart IS 'Start of the invoiced month, UTC.';
COMMENT ON COLUMN focus.charges.CapacityReservationId IS 'Capacity reservation that the charge belongs to.';
COMMENT ON COLUMN focus.charges.CapacityReservationStatus IS 'Used or Unused.';
COMMENT ON COLUMN focus.charges.ChargeCategory IS 'Usage, Purchase, Tax, Credit or Adjustment.';
COMMENT ON COLUMN focus.charges.ChargeClass IS 'Correction where it corrects an invoiced period, else null.';
COMMENT ON COLUMN focus.charges.ChargeDescription IS 'The provider''s own words for the charge.';
COMMENT ON COLUMN focus.charges.ChargeFrequency IS 'One-Time, Recurring or Usage-Based.';
COMMENT ON COLUMN focus.charges.ChargePeriodEnd IS 'End of what was charged, exclusive, UTC.';
COMMENT ON COLUMN focus.charges.ChargePeriodStart IS 'Start of what was charged, UTC.';
COMMENT ON COLUMN focus.charges.CommitmentDiscountCategory IS 'Spend or Usage.';
COMMENT ON COLUMN focus.charges.CommitmentDiscountId IS 'Reservation or savings plan behind the charge.';
COMMENT ON COLUMN focus.charges.CommitmentDiscountName IS 'Its name.';
COMMENT ON COLUMN focus.charges.CommitmentDiscountQuantity IS 'How much of it was bought, used or wasted.';
COMMENT ON COLUMN focus.charges.CommitmentDiscountStatus IS 'Used or Unused; null where it is bought.';
COMMENT ON COLUMN focus.charges.CommitmentDiscountType IS 'What the provider calls such a commitment.';
COMMENT ON COLUMN focus.charges.CommitmentDiscountUnit IS 'Unit of CommitmentDiscountQuantity.';
COMMENT ON COLUMN focus.charges.CommitmentProgramEligibilityDetails IS 'Commitments that the charge could have been covered by.';
COMMENT ON COLUMN focus.charges.ConsumedQuantity IS 'How much was used, in ConsumedUnit; null unless used.';
COMMENT ON COLUMN focus.charges.ConsumedUnit IS 'Unit of ConsumedQuantity.';
COMMENT ON COLUMN focus.charges.ContractApplied IS 'Contract commitments that the charge counts towards.';
COMMENT ON COLUMN focus.charges.ContractedCost IS 'Cost at negotiated prices, before commitments.';
COMMENT ON COLUMN focus.charges.ContractedUnitPrice IS 'Negotiated price of one PricingUnit.';
COMMENT ON COLUMN focus.charges.EffectiveCost IS 'Amortised cost after all discounts: commitments fall on the use or waste of them.';
COMMENT ON COLUMN focus.charges.HostProviderName IS 'Provider whose infrastructure it ran on.';
COMMENT ON COLUMN focus.charges.InvoiceDetailId IS 'Line of the invoice.';
COMMENT ON COLUMN focus.charges.InvoiceId IS 'Invoice; null until it is issued.';
COMMENT ON COLUMN focus.charges.InvoiceIssuerName IS 'Who sends the invoice.';
COMMENT ON COLUMN focus.charges.ListCost IS 'Cost at public prices.';
COMMENT ON COLUMN focus.charges.ListUnitPrice IS 'Public price of one PricingUnit.';
COMMENT ON COLUMN focus.charges.PricingCategory IS 'Standard, Dynamic, Committed or Other.';
COMMENT ON COLUMN focus.charges.PricingCurrency IS 'Currency that prices are agreed in.';
COMMENT ON COLUMN focus.charges.PricingCurrencyContractedUnitPrice IS 'ContractedUnitPrice in PricingCurrency.';
COMMENT ON COLUMN focus.charges.PricingCurrencyEffectiveCost IS 'EffectiveCost in PricingCurrency.';
COMMENT ON COLUMN focus.charges.PricingCurrencyListUnitPrice IS 'ListUnitPrice in PricingCurrency.';
COMMENT ON COLUMN focus.charges.PricingQuantity IS 'How much was priced, in PricingUnit.';
COMMENT ON COLUMN focus.charges.PricingUnit IS 'Unit that prices are for.';
COMMENT ON COLUMN focus.charges.RegionId IS 'Region; null for global services.';
COMMENT ON COLUMN focus.charges.RegionName IS 'Its name.';
COMMENT ON COLUMN focus.charges.ResourceId IS 'Resource that was charged for.';
COMMENT ON COLUMN focus.charges.ResourceName IS 'Its name.';
COMMENT ON COLUMN focus.charges.ResourceType IS 'What kind of resource it is.';
COMMENT ON COLUMN focus.charges.ServiceCategory IS 'Purpose of the service, one of FOCUS''s categories.';
COMMENT ON COLUMN focus.charges.ServiceName IS 'Service as the provider calls it.';
COMMENT ON COLUMN focus.charges.ServiceProviderName IS 'Who offers the service: AWS, Microsoft, Google Cloud …';
COMMENT ON COLUMN focus.charges.ServiceSubcategory IS 'Narrower purpose, one of FOCUS''s subcategories.';
COMMENT ON COLUMN focus.charges.SkuId IS 'What is sold, wherever and however it is priced.';
COMMENT ON COLUMN focus.charges.SkuMeter IS 'What of it is measured.';
COMMENT ON COLUMN focus.charges.SkuPriceDetails IS 'Properties of the SKU that its price depends on, as an object.';
COMMENT ON COLUMN focus.charges.SkuPriceId IS 'The one price that applied.';
COMMENT ON COLUMN focus.charges.SubAccountId IS 'Account, subscription or project that used it.';
COMMENT ON COLUMN focus.charges.SubAccountName IS 'Its name.';
COMMENT ON COLUMN focus.charges.SubAccountType IS 'What the provider calls such an account.';
COMMENT ON COLUMN focus.charges.Tags IS 'Tags of the resource, as an object.';
COMMENT ON COLUMN focus.charges.x_PublisherName IS 'FOCUS 1.2''s PublisherName: who made what was sold.';
COMMENT ON COLUMN focus.charges.x_ChargeKind IS 'Kind of daily series: usage, commitment, credit, refund, tax, support, marketplace or fee.';
COMMENT ON COLUMN focus.charges.x_SourceChargeType IS 'The export''s own charge type, such as AWS''s line item type.';
COMMENT ON COLUMN focus.charges.x_BillId IS 'Bill version that the row comes from.';
COMMENT ON COLUMN focus.charges.x_Source IS 'Source under which that bill is kept.';
