-- The newest day of usage on the bills of each provider.
--
-- grain:  provider
-- reads:  series.daily_cost
-- params: until
SELECT
    provider,
    max(charge_date) AS newest_date
FROM series.daily_cost
WHERE charge_kind = 'usage' AND charge_date <= $until
GROUP BY ALL
