-- The forecast of each sum that was made on a day, or else the newest, to the end of
-- each period that was told of.
--
-- grain:  level, scope, billing_currency, period, first_date
-- reads:  findings.forecast_totals
-- params: made_on
SELECT
    made_on,
    level,
    provider,
    billing_account_id,
    sub_account_id,
    service_name,
    billing_currency,
    period,
    first_date,
    last_date,
    actual_cost,
    expected_cost,
    low_80,
    high_80,
    low_95,
    high_95
FROM findings.forecast_totals
WHERE
    made_on = coalesce(
        $made_on::DATE,
        (SELECT max(newest.made_on) FROM findings.forecast_totals AS newest)
    )
ORDER BY
    first_date ASC,
    period ASC,
    billing_currency ASC,
    level ASC,
    abs(expected_cost) DESC,
    concat_ws('/', provider, billing_account_id, sub_account_id, service_name) ASC
