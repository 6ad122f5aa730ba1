-- The daily cost of each series in one bill version.
--
-- grain:  charge_date, series
-- reads:  the table or view of FOCUS rows that $charges names
-- params: charges, bill_id, known_at
--
-- Usage of several days, such as the unused part of a reservation, is spread evenly
-- over its days up to the one on which the bill became known; the last day takes the
-- remainder, so that nothing is lost to rounding. Everything else that spans days, a
-- monthly fee or a tax, stays on its first day: its kind keeps it out of usage series.
WITH charges AS (
    SELECT
        ServiceProviderName AS provider,
        BillingAccountId AS billing_account_id,
        SubAccountId AS sub_account_id,
        ServiceName AS service_name,
        RegionId AS region_id,
        x_ChargeKind AS charge_kind,
        BillingCurrency AS billing_currency,
        ChargePeriodStart::DATE AS first_date,
        if(
            ChargeCategory = 'Usage',
            greatest(ChargePeriodStart::DATE, least(
                (ChargePeriodEnd - INTERVAL 1 MICROSECOND)::DATE,
                ($known_at::TIMESTAMPTZ AT TIME ZONE 'UTC')::DATE
            )),
            ChargePeriodStart::DATE
        ) AS last_date,
        sum(BilledCost) AS billed_cost,
        sum(EffectiveCost) AS effective_cost,
        sum(ContractedCost) AS contracted_cost,
        sum(ListCost) AS list_cost,
        sum(ConsumedQuantity) AS consumed_quantity,
        min(ConsumedUnit) AS least_unit,
        max(ConsumedUnit) AS greatest_unit
    FROM query_table($charges)
    GROUP BY ALL
),

dated AS (
    SELECT
        *,
        last_date - first_date + 1 AS days,
        unnest(range(last_date - first_date + 1)) AS day_number
    FROM charges
)

SELECT
    first_date + day_number::INTEGER AS charge_date,
    provider,
    billing_account_id,
    sub_account_id,
    service_name,
    region_id,
    charge_kind,
    billing_currency,
    sum(share(billed_cost, days, day_number)) AS billed_cost,
    sum(share(effective_cost, days, day_number)) AS effective_cost,
    sum(share(contracted_cost, days, day_number)) AS contracted_cost,
    sum(share(list_cost, days, day_number)) AS list_cost,
    if(
        min(least_unit) = max(greatest_unit),
        sum(share(consumed_quantity, days, day_number)), NULL
    ) AS consumed_quantity,
    $bill_id AS bill_id
FROM dated
GROUP BY ALL
