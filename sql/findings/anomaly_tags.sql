-- What the members of each tag cost on an anomaly's days, and on those before.
--
-- grain:  anomaly_id, tag_key, tag_value
-- reads:  compared_days, focus.cost_and_usage
-- params: named, keys, members
--
-- compared_days is filled by findings/compared_days. The row without a key is
-- everything, tagged or not. Keys of many values name resources and are left out.
WITH charges AS (
    SELECT
        ServiceProviderName,
        BillingAccountId,
        SubAccountId,
        ServiceName,
        RegionId,
        x_ChargeKind,
        BillingCurrency,
        Tags,
        ChargePeriodStart::DATE AS charge_date,
        sum(EffectiveCost) AS cost
    FROM focus.cost_and_usage
    WHERE
        ChargePeriodStart::DATE IN (SELECT days.charge_date FROM compared_days AS days)
    GROUP BY ALL
),

documents AS (
    SELECT
        days.anomaly_id,
        charges.Tags,
        sum(charges.cost * days.now_times) AS actual_cost,
        sum(charges.cost * days.then_times) AS earlier_cost
    FROM compared_days AS days
    INNER JOIN charges
        ON
            days.charge_date = charges.charge_date
            AND (
                days.any_provider
                OR days.provider IS NOT DISTINCT FROM charges.ServiceProviderName
            )
            AND (
                days.any_billing_account_id
                OR days.billing_account_id
                IS NOT DISTINCT FROM charges.BillingAccountId
            )
            AND days.billing_currency = charges.BillingCurrency
            AND days.charge_kind = charges.x_ChargeKind
            AND (
                days.any_sub_account_id
                OR days.sub_account_id IS NOT DISTINCT FROM charges.SubAccountId
            )
            AND (
                days.any_service_name
                OR days.service_name IS NOT DISTINCT FROM charges.ServiceName
            )
            AND (
                days.any_region_id
                OR days.region_id IS NOT DISTINCT FROM charges.RegionId
            )
    GROUP BY ALL
),

tagged AS (
    SELECT
        * EXCLUDE (Tags),
        unnest(map_entries(tag_map(Tags))) AS tag
    FROM documents
    UNION ALL
    SELECT
        * EXCLUDE (Tags),
        NULL AS tag
    FROM documents
)

SELECT
    anomaly_id,
    tag['key'] AS tag_key,
    tag['value'] AS tag_value,
    sum(actual_cost) AS actual_cost,
    sum(earlier_cost) AS earlier_cost
FROM tagged
WHERE
    tag IS NULL
    OR (
        trim(tag['value']) <> ''
        AND coalesce(list_contains($named::VARCHAR[], tag['key']), TRUE)
    )
GROUP BY 1, 2, 3
QUALIFY
    count(*) OVER (PARTITION BY anomaly_id, tag_key) <= $members
    AND dense_rank() OVER (PARTITION BY anomaly_id ORDER BY tag_key NULLS FIRST)
    <= $keys
