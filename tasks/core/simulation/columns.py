"""Columns of each export, in order, with their types."""

TIME = "TIMESTAMP"
MAP = "MAP(VARCHAR, VARCHAR)"


def _typed(text: str) -> dict[str, str]:
    """Read ``name`` or ``name:type`` words; a name alone is text."""
    kinds = {"d": "DOUBLE", "t": TIME, "m": MAP, "w": "MAP(VARCHAR, DOUBLE)"}
    pairs = (word.partition(":") for word in text.split())
    return {name: kinds.get(kind, "VARCHAR") for name, _, kind in pairs}


# Documented by AWS for the table COST_AND_USAGE_REPORT with all options.
CUR2 = _typed("""
bill_bill_type bill_billing_entity bill_billing_period_end_date:t
bill_billing_period_start_date:t bill_invoice_id bill_invoicing_entity
bill_payer_account_id bill_payer_account_name cost_category:m discount:w
discount_bundled_discount:d discount_total_discount:d identity_line_item_id
identity_time_interval line_item_availability_zone line_item_blended_cost:d
line_item_blended_rate line_item_currency_code line_item_legal_entity
line_item_line_item_description line_item_line_item_type
line_item_net_unblended_cost:d line_item_net_unblended_rate
line_item_normalization_factor:d line_item_normalized_usage_amount:d
line_item_operation line_item_product_code line_item_resource_id line_item_tax_type
line_item_unblended_cost:d line_item_unblended_rate line_item_usage_account_id
line_item_usage_account_name line_item_usage_amount:d line_item_usage_end_date:t
line_item_usage_start_date:t line_item_usage_type pricing_currency
pricing_lease_contract_length pricing_offering_class pricing_public_on_demand_cost:d
pricing_public_on_demand_rate pricing_purchase_option pricing_rate_code
pricing_rate_id pricing_term pricing_unit product:m product_comment product_fee_code
product_fee_description product_from_location product_from_location_type
product_from_region_code product_instance_family product_instance_type
product_instancesku product_location product_location_type product_operation
product_pricing_unit product_product_family product_region_code product_servicecode
product_sku product_to_location product_to_location_type product_to_region_code
product_usagetype reservation_amortized_upfront_cost_for_usage:d
reservation_amortized_upfront_fee_for_billing_period:d reservation_availability_zone
reservation_effective_cost:d reservation_end_time reservation_modification_status
reservation_net_amortized_upfront_cost_for_usage:d
reservation_net_amortized_upfront_fee_for_billing_period:d
reservation_net_effective_cost:d reservation_net_recurring_fee_for_usage:d
reservation_net_unused_amortized_upfront_fee_for_billing_period:d
reservation_net_unused_recurring_fee:d reservation_net_upfront_value:d
reservation_normalized_units_per_reservation reservation_number_of_reservations
reservation_recurring_fee_for_usage:d reservation_reservation_a_r_n
reservation_start_time reservation_subscription_id
reservation_total_reserved_normalized_units reservation_total_reserved_units
reservation_units_per_reservation
reservation_unused_amortized_upfront_fee_for_billing_period:d
reservation_unused_normalized_unit_quantity:d reservation_unused_quantity:d
reservation_unused_recurring_fee:d reservation_upfront_value:d resource_tags:m
savings_plan_amortized_upfront_commitment_for_billing_period:d savings_plan_end_time
savings_plan_instance_type_family
savings_plan_net_amortized_upfront_commitment_for_billing_period:d
savings_plan_net_recurring_commitment_for_billing_period:d
savings_plan_net_savings_plan_effective_cost:d savings_plan_offering_type
savings_plan_payment_option savings_plan_purchase_term
savings_plan_recurring_commitment_for_billing_period:d savings_plan_region
savings_plan_savings_plan_a_r_n savings_plan_savings_plan_effective_cost:d
savings_plan_savings_plan_rate:d savings_plan_start_time
savings_plan_total_commitment_to_date:d savings_plan_used_commitment:d
split_line_item_actual_usage:d split_line_item_net_split_cost:d
split_line_item_net_unused_cost:d split_line_item_parent_resource_id
split_line_item_public_on_demand_split_cost:d
split_line_item_public_on_demand_unused_cost:d split_line_item_reserved_usage:d
split_line_item_split_cost:d split_line_item_split_usage:d
split_line_item_split_usage_ratio:d split_line_item_unused_cost:d
""")

FOCUS_AMOUNTS = _typed("""
BilledCost CommitmentDiscountQuantity ConsumedQuantity ContractedCost
ContractedUnitPrice EffectiveCost ListCost ListUnitPrice
PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost
PricingCurrencyListUnitPrice PricingQuantity
""")

# FOCUS 1.2, all 57 columns.
_FOCUS = _typed("""
AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingAccountType
BillingCurrency BillingPeriodEnd:t BillingPeriodStart:t CapacityReservationId
CapacityReservationStatus ChargeCategory ChargeClass ChargeDescription ChargeFrequency
ChargePeriodEnd:t ChargePeriodStart:t CommitmentDiscountCategory CommitmentDiscountId
CommitmentDiscountName CommitmentDiscountQuantity CommitmentDiscountStatus
CommitmentDiscountType CommitmentDiscountUnit ConsumedQuantity ConsumedUnit
ContractedCost ContractedUnitPrice EffectiveCost InvoiceId InvoiceIssuerName ListCost
ListUnitPrice PricingCategory PricingCurrency PricingCurrencyContractedUnitPrice
PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice PricingQuantity PricingUnit
ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType
ServiceCategory ServiceName ServiceSubcategory SkuId SkuMeter SkuPriceDetails
SkuPriceId SubAccountId SubAccountName SubAccountType Tags
""")


def focus(amount: str) -> dict[str, str]:
    """Return the columns of FOCUS 1.2 with amounts of a type, e.g. ``DOUBLE``."""
    return {
        name: amount if name in FOCUS_AMOUNTS else kind for name, kind in _FOCUS.items()
    }


# Enterprise agreement, version 2024-08-01; amounts printed with ten decimals.
AZURE_AMOUNTS = _typed(
    "Quantity EffectivePrice CostInBillingCurrency UnitPrice PayGPrice"
)
AZURE = {
    name: "DECIMAL(38, 10)" if name in AZURE_AMOUNTS else "VARCHAR"
    for name in _typed("""
InvoiceSectionName AccountName AccountOwnerId SubscriptionId SubscriptionName
ResourceGroup ResourceLocation Date ProductName MeterCategory MeterSubCategory MeterId
MeterName MeterRegion UnitOfMeasure Quantity EffectivePrice CostInBillingCurrency
CostCenter ConsumedService ResourceId Tags OfferId AdditionalInfo ServiceInfo1
ServiceInfo2 ResourceName ReservationId ReservationName UnitPrice ProductOrderId
ProductOrderName Term PublisherType PublisherName ChargeType Frequency PricingModel
AvailabilityZone BillingAccountId BillingAccountName BillingCurrencyCode
BillingPeriodStartDate BillingPeriodEndDate BillingProfileId BillingProfileName
InvoiceSectionId IsAzureCreditEligible PartNumber PayGPrice PlanName ServiceFamily
CostAllocationRuleName benefitId benefitName AccountId ResourceLocationNormalized
""")
}

_LABELS = "STRUCT(key VARCHAR, value VARCHAR)[]"

# The detailed usage cost export; NUMERIC as text, as BigQuery's JSON has it.
GCP = {
    "billing_account_id": "VARCHAR",
    "service": "STRUCT(id VARCHAR, description VARCHAR)",
    "sku": "STRUCT(id VARCHAR, description VARCHAR)",
    "usage_start_time": TIME,
    "usage_end_time": TIME,
    "project": f"STRUCT(id VARCHAR, number VARCHAR, name VARCHAR, labels {_LABELS}, "
    "ancestry_numbers VARCHAR)",
    "labels": _LABELS,
    "system_labels": _LABELS,
    "location": "STRUCT(location VARCHAR, country VARCHAR, region VARCHAR, "
    "zone VARCHAR)",
    "tags": "STRUCT(key VARCHAR, value VARCHAR, inherited BOOLEAN, "
    "namespace VARCHAR)[]",
    "resource": "STRUCT(name VARCHAR, global_name VARCHAR)",
    "price": "STRUCT(effective_price VARCHAR, tier_start_amount VARCHAR, unit VARCHAR, "
    "pricing_unit_quantity VARCHAR, list_price VARCHAR)",
    "subscription": "STRUCT(instance_id VARCHAR)",
    "transaction_type": "VARCHAR",
    "seller_name": "VARCHAR",
    "export_time": TIME,
    "cost": "DOUBLE",
    "currency": "VARCHAR",
    "currency_conversion_rate": "DOUBLE",
    "usage": "STRUCT(amount DOUBLE, unit VARCHAR, amount_in_pricing_units DOUBLE, "
    "pricing_unit VARCHAR)",
    "credits": "STRUCT(id VARCHAR, full_name VARCHAR, name VARCHAR, type VARCHAR, "
    "amount DOUBLE)[]",
    "invoice": "STRUCT(month VARCHAR, publisher_type VARCHAR)",
    "cost_type": "VARCHAR",
    "adjustment_info": "STRUCT(id VARCHAR, description VARCHAR, mode VARCHAR, "
    "type VARCHAR)",
    "cost_at_list": "DOUBLE",
}
