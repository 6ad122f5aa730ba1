-- How many days of use the bills span, from the first day to the last.
--
-- grain:  one row
-- reads:  series.daily_cost_versions
-- params:
SELECT date_diff('day', min(charge_date), max(charge_date)) + 1 AS days
FROM series.daily_cost_versions
WHERE charge_kind = 'usage'
