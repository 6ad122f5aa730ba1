-- What each series was last expected to cost on each day, before the day was known.
--
-- grain:  charge_date, labels
-- reads:  figure_scopes, findings.forecasts
-- params: until
--
-- The ends of bands cannot be added up, so sums of series have none.
WITH newest AS (
    SELECT *
    FROM findings.forecasts
    WHERE made_on < charge_date AND charge_date <= $until
    QUALIFY made_on = max(made_on) OVER (PARTITION BY charge_date)
)

SELECT
    newest.provider,
    newest.billing_currency,
    newest.charge_date,
    if(scopes.is_named, newest.billing_account_id, 'other') AS billing_account_id,
    if(scopes.is_named, newest.sub_account_id, 'other') AS sub_account_id,
    if(scopes.is_named, newest.service_name, 'other') AS service_name,
    if(scopes.is_named, newest.region_id, 'other') AS region_id,
    if(scopes.is_named, newest.charge_kind, 'other') AS charge_kind,
    sum(newest.expected_cost)::DOUBLE AS cost_forecast,
    sum(if(scopes.is_named, newest.low_80, NULL))::DOUBLE AS cost_forecast_low,
    sum(if(scopes.is_named, newest.high_80, NULL))::DOUBLE AS cost_forecast_high
FROM newest
INNER JOIN figure_scopes AS scopes
    ON
        newest.provider IS NOT DISTINCT FROM scopes.provider
        AND newest.billing_account_id IS NOT DISTINCT FROM scopes.billing_account_id
        AND newest.sub_account_id IS NOT DISTINCT FROM scopes.sub_account_id
        AND newest.service_name IS NOT DISTINCT FROM scopes.service_name
        AND newest.region_id IS NOT DISTINCT FROM scopes.region_id
        AND newest.charge_kind = scopes.charge_kind
        AND newest.billing_currency = scopes.billing_currency
GROUP BY ALL
