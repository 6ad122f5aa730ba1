-- The parts of the daily series by the values of one tag, numbered, as known at a time.
--
-- grain:  series_index
-- reads:  series.daily_tag_cost_as_of
-- params: as_of, key, first, last
WITH parts AS (
    SELECT DISTINCT
        provider,
        billing_account_id,
        sub_account_id,
        service_name,
        region_id,
        charge_kind,
        billing_currency,
        tag_value
    FROM series.daily_tag_cost_as_of($as_of::TIMESTAMPTZ)
    WHERE
        tag_key = $key
        AND charge_kind = 'usage'
        AND charge_date BETWEEN $first AND $last
)

SELECT
    *,
    (row_number() OVER (ORDER BY parts) - 1)::INTEGER AS series_index,
    (
        dense_rank() OVER (ORDER BY provider, billing_account_id, billing_currency) - 1
    )::INTEGER AS account_index
FROM parts
ORDER BY series_index
