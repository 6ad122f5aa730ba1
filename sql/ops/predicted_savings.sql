-- What open recommendations would save a month.
--
-- grain:  provider, action, billing_currency
-- reads:  actions.recommendations
-- params:
SELECT
    provider,
    action,
    billing_currency,
    sum(monthly_saving)::DOUBLE AS saving_predicted_monthly
FROM actions.recommendations
WHERE status = 'open' AND monthly_saving IS NOT NULL
GROUP BY provider, action, billing_currency
ORDER BY provider, action, billing_currency
