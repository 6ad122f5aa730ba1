-- The bill lines behind the anomalies that are not explained yet, summed.
--
-- grain:  anomaly_id, resource, sku, service, region, sub_account, billing_account,
--         provider, unit, is_committed
-- reads:  compared_days, focus.cost_and_usage
-- params: -
--
-- compared_days is a temporary table, filled by findings/compared_days. One pass over
-- the bills serves all anomalies; the thousand lines of an anomaly that changed most
-- are kept, the rest ends up in its remainder. Those of tags are not among them, see
-- findings/anomaly_parts.
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
    WHERE
        ChargePeriodStart::DATE IN (
            SELECT compared_days.charge_date
            FROM compared_days
        )
    GROUP BY ALL
)

SELECT
    compared.anomaly_id,
    charges.ResourceId AS resource,
    charges.sku,
    charges.ServiceName AS service,
    charges.RegionId AS region,
    charges.SubAccountId AS sub_account,
    charges.BillingAccountId AS billing_account,
    charges.ServiceProviderName AS provider,
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
        AND compared.tag_key IS NULL
        AND (
            compared.any_provider
            OR compared.provider IS NOT DISTINCT FROM charges.ServiceProviderName
        )
        AND (
            compared.any_billing_account_id
            OR compared.billing_account_id
            IS NOT DISTINCT FROM charges.BillingAccountId
        )
        AND compared.billing_currency = charges.BillingCurrency
        AND compared.charge_kind = charges.x_ChargeKind
        AND (
            compared.any_sub_account_id
            OR compared.sub_account_id IS NOT DISTINCT FROM charges.SubAccountId
        )
        AND (
            compared.any_service_name
            OR compared.service_name IS NOT DISTINCT FROM charges.ServiceName
        )
        AND (
            compared.any_region_id
            OR compared.region_id IS NOT DISTINCT FROM charges.RegionId
        )
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
QUALIFY
    row_number() OVER (
        PARTITION BY compared.anomaly_id
        ORDER BY
            -abs(sum(charges.cost * compared.weight)),
            charges.ResourceId,
            charges.sku
    ) <= 1000
