-- What everything of a currency is expected to cost on each day to come.
--
-- grain:  billing_currency, charge_date
-- reads:  findings.forecasts
-- params: -
SELECT
    billing_currency,
    charge_date,
    sum(expected_cost) AS expected_cost
FROM findings.forecasts
WHERE
    made_on = (
        SELECT max(newest.made_on)
        FROM findings.forecasts AS newest
    )
GROUP BY ALL
ORDER BY ALL
