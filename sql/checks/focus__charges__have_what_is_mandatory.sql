-- Every charge has its costs, currency, category and time.
--
-- severity: fail
-- grain:  column that is null
-- reads:  the table or view of FOCUS rows that $charges names
-- params: charges
WITH nulls AS (
    SELECT
        count(*) FILTER (WHERE BilledCost IS NULL) AS BilledCost,
        count(*) FILTER (WHERE EffectiveCost IS NULL) AS EffectiveCost,
        count(*) FILTER (WHERE BillingCurrency IS NULL) AS BillingCurrency,
        count(*) FILTER (WHERE ChargePeriodStart IS NULL) AS ChargePeriodStart,
        count(*) FILTER (WHERE ChargePeriodEnd IS NULL) AS ChargePeriodEnd,
        count(*) FILTER (WHERE ChargeCategory IS NULL) AS ChargeCategory
    FROM query_table($charges)
)

SELECT
    column_name,
    charges_without
FROM (
    UNPIVOT nulls ON COLUMNS(*) INTO NAME column_name VALUE charges_without
)
WHERE charges_without > 0
