-- What a month or quarter was expected to cost, by the day until which bills told.
--
-- grain:  charge_date, labels
-- reads:  findings.forecast_totals
-- params: days
SELECT
    level,
    period,
    provider,
    billing_currency,
    made_on AS charge_date,
    first_date::VARCHAR AS first_date,
    expected_cost::DOUBLE AS cost_forecast_total,
    low_80::DOUBLE AS cost_forecast_total_low,
    high_80::DOUBLE AS cost_forecast_total_high
FROM findings.forecast_totals
WHERE
    level IN ('total', 'provider')
    AND made_on > (
        SELECT max(newest.made_on) - $days::INTEGER
        FROM findings.forecast_totals AS newest
    )
