-- The bill lines behind the anomalies that are not explained yet, summed.
--
-- grain:  anomaly_id, resource, sku, service, region, sub_account, unit, is_committed
-- reads:  compared_days, focus.cost_and_usage
-- params: weeks, lines
--
-- compared_days is a temporary table, filled by findings/compared_days. One pass over
-- the bills serves all anomalies; the lines that changed most are kept, the rest of an
-- anomaly ends up in its remainder.
WITH charges AS (
    SELECT
        ServiceProviderName,
        BillingAccountId,
        SubAccountId,
        ServiceName,
        RegionId,
        x_ChargeKind,
        BillingCurrency,
        ResourceId,
        ConsumedUnit,
        ChargePeriodStart::DATE AS charge_date,
        coalesce(SkuMeter, SkuId, SkuPriceId, ChargeDescription) AS sku,
        coalesce(PricingCategory = 'Committed', FALSE) AS is_committed,
        sum(EffectiveCost) AS cost,
        sum(ConsumedQuantity) AS quantity
    FROM focus.cost_and_usage
    WHERE ChargePeriodStart::DATE IN (SELECT charge_date FROM compared_days)
    GROUP BY ALL
),

summed AS (
    SELECT
        compared.anomaly_id,
        charges.ResourceId AS resource,
        charges.sku,
        charges.ServiceName AS service,
        charges.RegionId AS region,
        charges.SubAccountId AS sub_account,
        charges.ConsumedUnit AS unit,
        charges.is_committed,
        sum(charges.cost * compared.now_times) AS actual_cost,
        sum(charges.cost * compared.then_times) AS earlier_cost,
        sum(charges.quantity * compared.now_times) AS actual_quantity,
        sum(charges.quantity * compared.then_times) AS earlier_quantity
    FROM compared_days AS compared
    INNER JOIN charges
        ON
            compared.charge_date = charges.charge_date
            AND provider IS NOT DISTINCT FROM ServiceProviderName
            AND billing_account_id IS NOT DISTINCT FROM BillingAccountId
            AND billing_currency = BillingCurrency
            AND charge_kind = x_ChargeKind
            AND (any_sub_account_id OR sub_account_id IS NOT DISTINCT FROM SubAccountId)
            AND (any_service_name OR service_name IS NOT DISTINCT FROM ServiceName)
            AND (any_region_id OR region_id IS NOT DISTINCT FROM RegionId)
    GROUP BY ALL
)

SELECT
    anomaly_id,
    resource,
    sku,
    service,
    region,
    sub_account,
    is_committed,
    actual_cost,
    earlier_cost,
    actual_quantity,
    earlier_quantity
FROM summed
QUALIFY
    row_number() OVER (
        PARTITION BY anomaly_id
        ORDER BY abs(actual_cost - earlier_cost / $weeks) DESC, resource, sku
    ) <= $lines
