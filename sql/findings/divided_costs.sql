-- The daily costs of the parts of series by one tag, as they were known at a time.
--
-- grain:  series_index, charge_date
-- reads:  divided_series, series.daily_tag_cost_as_of, made_bills
-- params: as_of, key, settle_days, first, last
--
-- divided_series and made_bills are temporary tables, filled by the queries of these
-- names.
WITH bills AS (
    SELECT
        bill_id,
        (made_at AT TIME ZONE 'UTC')::DATE - $settle_days::INTEGER AS settled_before
    FROM made_bills
)

SELECT
    parts.series_index,
    costs.charge_date,
    sum(costs.effective_cost)::DECIMAL(38, 18) AS cost,
    NULL::DECIMAL(38, 18) AS quantity,
    bool_or(coalesce(costs.charge_date < bills.settled_before, TRUE)) AS is_settled
FROM series.daily_tag_cost_as_of($as_of::TIMESTAMPTZ) AS costs
INNER JOIN divided_series AS parts
    ON
        costs.provider IS NOT DISTINCT FROM parts.provider
        AND costs.billing_account_id IS NOT DISTINCT FROM parts.billing_account_id
        AND costs.sub_account_id IS NOT DISTINCT FROM parts.sub_account_id
        AND costs.service_name IS NOT DISTINCT FROM parts.service_name
        AND costs.region_id IS NOT DISTINCT FROM parts.region_id
        AND costs.charge_kind = parts.charge_kind
        AND costs.billing_currency = parts.billing_currency
        AND costs.tag_value IS NOT DISTINCT FROM parts.tag_value
LEFT JOIN bills ON costs.bill_id = bills.bill_id
WHERE costs.tag_key = $key AND costs.charge_date BETWEEN $first AND $last
GROUP BY ALL
