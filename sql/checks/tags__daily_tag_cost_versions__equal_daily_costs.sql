-- Daily costs by tag sum to the daily costs of their bill, to the last decimal.
--
-- severity: fail
-- grain:  bill_id, charge_kind, billing_currency, tag_key
-- reads:  series.daily_cost_versions, series.daily_tag_cost_versions, tag_groups
-- params: -
WITH keys AS (
    SELECT DISTINCT
        bill_id,
        tag_key
    FROM tag_groups
),

whole AS (
    SELECT
        days.bill_id,
        keys.tag_key,
        days.charge_kind,
        days.billing_currency,
        sum(days.billed_cost) AS billed_cost,
        sum(days.effective_cost) AS effective_cost
    FROM series.daily_cost_versions AS days
    INNER JOIN keys ON days.bill_id = keys.bill_id
    GROUP BY ALL
),

tagged AS (
    SELECT
        days.bill_id,
        days.tag_key,
        days.charge_kind,
        days.billing_currency,
        sum(days.billed_cost) AS billed_cost,
        sum(days.effective_cost) AS effective_cost
    FROM series.daily_tag_cost_versions AS days
    INNER JOIN keys ON days.bill_id = keys.bill_id AND days.tag_key = keys.tag_key
    GROUP BY ALL
)

SELECT
    coalesce(whole.bill_id, tagged.bill_id) AS bill_id,
    coalesce(whole.tag_key, tagged.tag_key) AS tag_key,
    coalesce(whole.charge_kind, tagged.charge_kind) AS charge_kind,
    coalesce(whole.billing_currency, tagged.billing_currency) AS billing_currency,
    whole.billed_cost AS daily_billed_cost,
    tagged.billed_cost AS tagged_billed_cost,
    whole.effective_cost AS daily_effective_cost,
    tagged.effective_cost AS tagged_effective_cost
FROM whole
FULL JOIN tagged
    ON
        whole.bill_id = tagged.bill_id
        AND whole.tag_key = tagged.tag_key
        AND whole.charge_kind = tagged.charge_kind
        AND whole.billing_currency = tagged.billing_currency
WHERE
    whole.billed_cost IS DISTINCT FROM tagged.billed_cost
    OR whole.effective_cost IS DISTINCT FROM tagged.effective_cost
ORDER BY ALL
