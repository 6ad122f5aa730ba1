-- What the open recommendations would save a month, per action and currency.
--
-- grain:  action, billing_currency
-- reads:  actions.recommendations
-- params:
SELECT
    action,
    billing_currency,
    count(*) AS recommendations,
    sum(monthly_saving) AS monthly_saving
FROM actions.recommendations
WHERE status = 'open'
GROUP BY ALL
ORDER BY billing_currency ASC, monthly_saving DESC, action ASC
