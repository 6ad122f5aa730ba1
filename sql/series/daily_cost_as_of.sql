-- The daily cost of every series, as it was known at a moment.
--
-- grain:  charge_date, series, bill_id
-- reads:  bills.versions_as_of, series.daily_cost_versions
-- params: moment
SELECT
    days.charge_date,
    days.provider,
    days.billing_account_id,
    days.sub_account_id,
    days.service_name,
    days.region_id,
    days.charge_kind,
    days.billing_currency,
    days.billed_cost,
    days.effective_cost,
    days.contracted_cost,
    days.list_cost,
    days.consumed_quantity,
    days.bill_id
FROM series.daily_cost_versions AS days
SEMI JOIN bills.versions_as_of($moment) AS known
    ON days.bill_id = known.bill_id AND known.is_counted
