-- What each series has cost between two days, as known at a time.
--
-- grain:  series
-- reads:  series.daily_cost_as_of
-- params: as_of, first, last
SELECT
    provider,
    billing_account_id,
    sub_account_id,
    service_name,
    region_id,
    charge_kind,
    billing_currency,
    sum(effective_cost)::DECIMAL(38, 18) AS effective_cost,
    sum(billed_cost)::DECIMAL(38, 18) AS billed_cost
FROM series.daily_cost_as_of($as_of::TIMESTAMPTZ)
WHERE charge_date BETWEEN $first AND $last
GROUP BY ALL
