-- What each resource cost over the days of evidence, and by which unit.
--
-- grain:  provider, resource_id, billing_currency
-- reads:  focus.cost_and_usage
-- params: seen_from, from_date, to_date
--
-- Costs are of the days from $from_date to $to_date; the days from $seen_from on only
-- tell how old a resource is. Uncovered is what no commitment pays for: only that is
-- saved when a resource goes. The type is what the bill itself says of the machine.
WITH lines AS (
    SELECT
        ServiceProviderName AS provider,
        ResourceId AS resource_id,
        BillingCurrency AS billing_currency,
        SubAccountId AS sub_account_id,
        RegionId AS region_id,
        Tags::VARCHAR AS tags,
        EffectiveCost AS effective_cost,
        ChargePeriodStart AS charge_start,
        ChargePeriodStart::DATE AS charge_date,
        ChargePeriodStart::DATE >= $from_date AS is_evidence,
        CommitmentDiscountId IS NULL
        AND coalesce(PricingCategory, '') <> 'Committed' AS is_uncovered,
        coalesce(PricingUnit, ConsumedUnit, '') AS unit,
        CASE
            WHEN regexp_matches(ConsumedUnit, '^(hours?|hrs?)$', 'i')
                THEN ConsumedQuantity
            ELSE coalesce(PricingQuantity, ConsumedQuantity)
        END AS quantity,
        coalesce(SkuMeter, ChargeDescription, '') AS meter,
        try_cast(SkuPriceDetails::VARCHAR AS JSON) AS details
    FROM focus.cost_and_usage
    WHERE
        ChargeCategory = 'Usage'
        AND ResourceId IS NOT NULL
        AND ChargePeriodStart >= $seen_from
        AND ChargePeriodStart < $to_date::DATE + INTERVAL 1 DAY
),

measured AS (
    SELECT
        * EXCLUDE (details, unit),
        regexp_matches(unit, 'hour|hrs', 'i') AS is_time,
        regexp_matches(unit, '^(gi?b|gi[bg][a-z]*byte)', 'i')
        AND regexp_matches(unit, 'mo', 'i') AS is_capacity,
        coalesce(
            details ->> '$.InstanceType',
            details ->> '$.x_InstanceType',
            nullif(regexp_extract(meter, ':([a-z0-9-]+\.[a-z0-9]+)$', 1), ''),
            nullif(regexp_extract(meter, 'VolumeUsage\.([a-z0-9]+)', 1), '')
        ) AS sku,
        details ->> '$.OperatingSystem' AS operating_system,
        regexp_matches(meter, 'idle|static ip charge', 'i') AS is_idle
    FROM lines
)

SELECT
    provider,
    resource_id,
    billing_currency,
    arg_max(sub_account_id, charge_start) AS sub_account_id,
    arg_max(region_id, charge_start) AS region_id,
    arg_max(tags, charge_start) AS tags,
    arg_max(sku, charge_start) AS sku,
    arg_max(operating_system, charge_start) AS operating_system,
    min(charge_date) AS first_date,
    count(DISTINCT charge_date) FILTER (is_evidence) AS days,
    count(DISTINCT charge_date) FILTER (is_evidence AND is_idle) AS idle_days,
    sum(effective_cost) FILTER (is_evidence) AS effective_cost,
    sum(effective_cost) FILTER (is_evidence AND is_uncovered) AS uncovered_cost,
    sum(effective_cost) FILTER (is_evidence AND is_uncovered AND is_time) AS time_cost,
    sum(quantity) FILTER (is_evidence AND is_uncovered AND is_time) AS time_quantity,
    sum(effective_cost) FILTER (is_evidence AND is_uncovered AND is_capacity)
        AS capacity_cost,
    sum(quantity) FILTER (is_evidence AND is_uncovered AND is_capacity)
        AS capacity_quantity
FROM measured
GROUP BY ALL
