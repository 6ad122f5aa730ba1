-- The daily cost of every series by tag, as it was known at a moment.
--
-- grain:  charge_date, series, tag_key, tag_value, bill_id
-- reads:  bills.versions_as_of, series.daily_tag_cost_versions
-- params: moment
SELECT days.*
FROM series.daily_tag_cost_versions AS days
SEMI JOIN bills.versions_as_of($moment) AS known
    ON days.bill_id = known.bill_id AND known.is_counted
