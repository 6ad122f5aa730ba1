-- The daily costs of numbered series as they were known at a time, for the detectors.
--
-- grain:  series_index, charge_date, bill_id
-- reads:  series.daily_cost_as_of, known_series, made_bills
-- params: as_of, measure, settle_days, first, last
--
-- known_series and made_bills are temporary tables, filled by the queries of these
-- names. A day of a series has several rows where several bills tell of it. It is
-- settled once one of them is settle_days younger than it.
WITH bills AS (
    SELECT
        bill_id,
        (made_at AT TIME ZONE 'UTC')::DATE - $settle_days::INTEGER AS settled_before
    FROM made_bills
)

SELECT
    known.series_index,
    costs.charge_date,
    CASE
        WHEN $measure = 'billed_cost' THEN costs.billed_cost
        ELSE costs.effective_cost
    END AS cost,
    costs.consumed_quantity AS quantity,
    coalesce(costs.charge_date < bills.settled_before, TRUE) AS is_settled
FROM series.daily_cost_as_of($as_of::TIMESTAMPTZ) AS costs
INNER JOIN known_series AS known
    ON
        costs.provider IS NOT DISTINCT FROM known.provider
        AND costs.billing_account_id IS NOT DISTINCT FROM known.billing_account_id
        AND costs.sub_account_id IS NOT DISTINCT FROM known.sub_account_id
        AND costs.service_name IS NOT DISTINCT FROM known.service_name
        AND costs.region_id IS NOT DISTINCT FROM known.region_id
        AND costs.charge_kind = known.charge_kind
        AND costs.billing_currency = known.billing_currency
LEFT JOIN bills ON costs.bill_id = bills.bill_id
WHERE costs.charge_date BETWEEN $first AND $last
