-- What each resource cost over the days of evidence, and by which unit.
--
-- grain:  provider, resource_id (in any case), billing_currency
-- reads:  focus.cost_and_usage
-- params: seen_from, from_date, to_date
--
-- Costs are of the days from $from_date on; those before only tell how old a resource
-- is. Uncovered is what no commitment pays for: only that is saved when it goes.
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
        coalesce(ChargePeriodEnd - INTERVAL 1 SECOND, charge_start)::DATE AS end_date,
        charge_date >= $from_date AS is_evidence,
        coalesce(PricingCategory, '') = 'Dynamic' AS is_spot,
        CommitmentDiscountId IS NULL
        AND coalesce(PricingCategory, '') <> 'Committed' AS is_uncovered,
        coalesce(PricingUnit, ConsumedUnit, '') AS unit,
        if(
            regexp_matches(ConsumedUnit, '^(hours?|hrs?)$', 'i'),
            ConsumedQuantity, coalesce(PricingQuantity, ConsumedQuantity)
        ) AS quantity,
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
            nullif(regexp_extract(meter, 'VolumeUsage\.([a-z0-9]+)', 1), ''),
            details ->> '$.InstanceType', details ->> '$.x_InstanceType',
            nullif(regexp_extract(meter, ':([a-z0-9-]+\.[a-z0-9]+)$', 1), '')
        ) AS sku,
        details ->> '$.OperatingSystem' AS operating_system,
        regexp_matches(meter, 'idle|static ip charge', 'i') AS is_idle,
        if(is_evidence AND is_uncovered, effective_cost, NULL) AS spared
    FROM lines
)

SELECT
    provider,
    max(resource_id) AS resource_id,
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
    sum(spared) AS uncovered_cost,
    sum(spared) FILTER (is_time) AS time_cost,
    sum(quantity) FILTER (is_time AND spared IS NOT NULL) AS time_quantity,
    sum(spared) FILTER (is_capacity) AS capacity_cost,
    sum(quantity) FILTER (is_capacity AND spared IS NOT NULL) AS capacity_quantity,
    max(end_date) AS last_date,
    count(DISTINCT sub_account_id) AS accounts,
    count(DISTINCT sku) FILTER (is_evidence AND (is_time OR is_capacity)) AS types,
    bool_or(is_spot) AS is_spot
FROM measured
GROUP BY provider, lower(resource_id), billing_currency
