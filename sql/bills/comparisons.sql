-- What versions of two sources have in common that tell of one account's month.
--
-- grain:  bill_id, other_id
-- reads:  compared_bills, series.daily_cost_versions
-- params: -
--
-- compared_bills is a temporary table, filled by bills/compared. Two versions are
-- compared by their use on days of which both tell and that are settled in both; where
-- there is none, as in a month that has just begun, by all days, but not by cost.
WITH costs AS (
    SELECT
        bill_id,
        charge_date,
        service_name,
        lower(split_part(coalesce(sub_account_id, ''), '/', -1)) AS sub_account,
        billing_currency,
        coalesce(sum(billed_cost), 0) AS billed,
        coalesce(sum(effective_cost), 0) AS effective
    FROM series.daily_cost_versions
    WHERE
        charge_kind = 'usage'
        AND bill_id IN (SELECT compared_bills.bill_id FROM compared_bills)
    GROUP BY ALL
    HAVING billed <> 0 OR effective <> 0
),

spans AS (
    SELECT
        bill_id,
        min(charge_date) AS first_date,
        max(charge_date) AS last_date
    FROM costs
    GROUP BY bill_id
),

pairs AS (
    SELECT
        pairs.*,
        unnest([pairs.bill_id, pairs.other_id]) AS told_id,
        least(pairs.settled_date, own.last_date, others.last_date) AS until,
        until >= greatest(own.first_date, others.first_date) AS is_settled
    FROM compared_bills AS pairs
    INNER JOIN spans AS own ON pairs.bill_id = own.bill_id
    INNER JOIN spans AS others ON pairs.other_id = others.bill_id
),

shared AS (
    SELECT
        pairs.bill_id,
        pairs.other_id,
        pairs.is_settled,
        bool_or(told_id = pairs.bill_id) AS is_own,
        bool_or(told_id = pairs.other_id) AS is_others,
        abs(sum(if(told_id = pairs.bill_id, billed, -billed))) AS billed_apart,
        abs(sum(if(told_id = pairs.bill_id, effective, -effective))) AS effective_apart,
        abs(sum(billed)) AS billed,
        abs(sum(effective)) AS effective
    FROM pairs
    INNER JOIN costs ON pairs.told_id = costs.bill_id
    WHERE costs.charge_date <= pairs.until OR NOT pairs.is_settled
    GROUP BY
        pairs.bill_id, pairs.other_id, pairs.is_settled, costs.sub_account,
        costs.billing_currency, if(pairs.is_one_format, costs.service_name, NULL)
)

SELECT
    bill_id,
    other_id,
    bool_or(is_own AND is_others) AND bool_and(is_others OR NOT is_own) AS is_within,
    coalesce(
        NOT bool_or(is_settled)
        OR sum(billed_apart) FILTER (is_own AND is_others)
        <= nullif(sum(billed) FILTER (is_own AND is_others), 0) / 20
        OR sum(effective_apart) FILTER (is_own AND is_others)
        <= nullif(sum(effective) FILTER (is_own AND is_others), 0) / 20,
        FALSE
    ) AS is_alike
FROM shared
GROUP BY bill_id, other_id
