-- Charges of some bills, grouped as finely as their daily series and their checks need.
--
-- grain:  bill, series, period, FOCUS categories, commitment
-- reads:  the table or view of FOCUS rows that $charges names
-- params: charges
--
-- The only query of a run that reads every charge: series and checks read its result.
-- Price times quantity is compared in floating point, because the product of two exact
-- numbers of 18 decimals has no type; a ten-thousandth off is rounding.
WITH charges AS (
    SELECT
        *,
        ListUnitPrice::DOUBLE * PricingQuantity::DOUBLE AS list_product,
        ContractedUnitPrice::DOUBLE * PricingQuantity::DOUBLE AS contracted_product
    FROM query_table($charges)
)

SELECT
    x_BillId AS bill_id,
    ServiceProviderName AS provider,
    BillingAccountId AS billing_account_id,
    SubAccountId AS sub_account_id,
    ServiceName AS service_name,
    RegionId AS region_id,
    x_ChargeKind AS charge_kind,
    BillingCurrency AS billing_currency,
    ChargeCategory AS charge_category,
    ChargeClass AS charge_class,
    ChargeFrequency AS charge_frequency,
    PricingCategory AS pricing_category,
    CommitmentDiscountId AS commitment_id,
    CommitmentDiscountStatus AS commitment_status,
    ChargePeriodStart::DATE AS first_date,
    coalesce(ChargePeriodEnd - INTERVAL 1 MICROSECOND, ChargePeriodStart)::DATE
        AS last_date,
    sum(BilledCost) AS billed_cost,
    sum(EffectiveCost) AS effective_cost,
    sum(ContractedCost) AS contracted_cost,
    sum(ListCost) AS list_cost,
    sum(ConsumedQuantity) AS consumed_quantity,
    min(ConsumedUnit) AS least_unit,
    max(ConsumedUnit) AS greatest_unit,
    sum(ContractedCost) FILTER (WHERE x_SourceChargeType = 'SavingsPlanCoveredUsage')
        AS covered_cost,
    count(*) AS charges,
    count(*) - count(BilledCost + EffectiveCost) AS charges_without_cost,
    count(*) - count(InvoiceIssuerName) AS charges_without_issuer,
    count_if(
        ChargePeriodEnd IS NULL
        OR ChargePeriodEnd <= ChargePeriodStart
        OR ChargePeriodStart > BillingPeriodEnd + INTERVAL 1 DAY
        OR ChargePeriodStart < BillingPeriodStart - INTERVAL 1 DAY
    ) AS charges_outside_period,
    count_if(
        abs(ListCost::DOUBLE - list_product)
        > 0.000001 + 0.0001 * abs(ListCost::DOUBLE)
        OR abs(ContractedCost::DOUBLE - contracted_product)
        > 0.000001 + 0.0001 * abs(ContractedCost::DOUBLE)
    ) AS charges_off_price
FROM charges
GROUP BY ALL
