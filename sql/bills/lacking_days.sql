-- Pairs of versions of which the other one lacks days of whose use this one tells.
--
-- grain:  bill_id, other_id
-- reads:  compared_bills, series.daily_cost_versions
-- params: -
--
-- compared_bills is a temporary table, filled by bills/compared. Exports run hours or
-- days apart, so the last three days may be missing; and a day may be that cost less
-- than a hundredth of all, such as one on which rounding alone was left.
WITH costs AS (
    SELECT
        bill_id,
        billing_currency,
        charge_date,
        coalesce(greatest(abs(sum(billed_cost)), abs(sum(effective_cost))), 0) AS cost
    FROM series.daily_cost_versions
    WHERE
        charge_kind = 'usage'
        AND bill_id IN (SELECT compared_bills.bill_id FROM compared_bills)
    GROUP BY ALL
    HAVING cost > 0
),

ends AS (
    SELECT
        bill_id,
        max(charge_date) AS last_date
    FROM costs
    GROUP BY bill_id
),

shared AS (
    SELECT
        pairs.bill_id,
        pairs.other_id,
        own.billing_currency,
        sum(own.cost) AS cost,
        sum(own.cost) FILTER (
            others.bill_id IS NULL AND own.charge_date <= ends.last_date - 3
        ) AS lacking
    FROM compared_bills AS pairs
    INNER JOIN ends ON pairs.bill_id = ends.bill_id
    INNER JOIN costs AS own ON pairs.bill_id = own.bill_id
    LEFT JOIN costs AS others
        ON
            pairs.other_id = others.bill_id
            AND own.billing_currency = others.billing_currency
            AND own.charge_date = others.charge_date
    GROUP BY ALL
)

SELECT DISTINCT
    bill_id,
    other_id
FROM shared
WHERE lacking > cost / 100
