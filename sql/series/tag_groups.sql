-- Charges of some bills by the tags that people named, as finely as daily sums need.
--
-- grain:  bill, series, period, charge category, tag_key, tag_value
-- reads:  the view of FOCUS rows that $charges names
-- params: charges, keys
--
-- What has no such tag, or an empty one, has no value, so each key divides everything.
WITH charges AS (
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
        Tags AS tag_text,
        ChargePeriodStart::DATE AS first_date,
        coalesce(ChargePeriodEnd - INTERVAL 1 MICROSECOND, ChargePeriodStart)::DATE
            AS last_date,
        sum(BilledCost) AS billed_cost,
        sum(EffectiveCost) AS effective_cost
    FROM query_table($charges)
    GROUP BY ALL
),

named AS (
    SELECT
        *,
        tag_map(tag_text) AS tags,
        unnest($keys::VARCHAR[]) AS tag_key
    FROM charges
)

SELECT
    * EXCLUDE (tag_text, tags, billed_cost, effective_cost),
    nullif(trim(tags[tag_key]), '') AS tag_value,
    sum(billed_cost) AS billed_cost,
    sum(effective_cost) AS effective_cost
FROM named
GROUP BY ALL
