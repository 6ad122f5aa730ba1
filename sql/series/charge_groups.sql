-- Charges of some bills, grouped as finely as their daily series and their checks need.
--
-- grain:  bill, series, period, FOCUS categories, commitment
-- reads:  the table or view of FOCUS rows that $charges names
-- params: charges
--
-- Series and checks read nothing but its result. A row that it reads may stand for many
-- charges (see focus/aws_summed), x_ChargeCount says for how many.
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
    CommitmentDiscountId AS commitment_id,
    CommitmentDiscountStatus AS commitment_status,
    coalesce(x_SourceChargeType = 'SavingsPlanCoveredUsage', FALSE) AS is_plan_covered,
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
    sum(x_ChargeCount)::BIGINT AS charges,
    coalesce(
        sum(x_ChargeCount) FILTER (WHERE BilledCost + EffectiveCost IS NULL), 0
    )::BIGINT AS charges_without_cost
FROM query_table($charges)
GROUP BY ALL
