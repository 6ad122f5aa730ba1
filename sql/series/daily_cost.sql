-- The daily cost of every series, from the bill versions that count now.
--
-- grain:  charge_date, series, bill_id
-- reads:  bills.versions, series.daily_cost_versions
-- params: -
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
WHERE
    days.bill_id IN (
        SELECT versions.bill_id
        FROM bills.versions AS versions
        WHERE versions.status = 'current'
    )
