-- What the days to come were expected to cost together, by the day until which bills
-- told.
--
-- grain:  charge_date, labels
-- reads:  findings.forecasts
-- params: days, horizons
--
-- The ends of bands cannot be added up; cost_forecast_total has some of its own.
WITH recent AS (
    SELECT *
    FROM findings.forecasts
    WHERE
        made_on > (
            SELECT max(newest.made_on) - $days::INTEGER
            FROM findings.forecasts AS newest
        )
),

horizons AS (
    SELECT unnest($horizons::INTEGER[]) AS horizon
)

SELECT
    recent.provider,
    recent.billing_currency,
    recent.made_on AS charge_date,
    horizons.horizon::VARCHAR AS days,
    sum(recent.expected_cost)::DOUBLE AS cost_forecast_next
FROM recent
INNER JOIN horizons ON recent.charge_date <= recent.made_on + horizons.horizon
GROUP BY ALL
