-- The daily cost of each series in the bill versions that are being loaded.
--
-- grain:  charge_date, series, bill_id
-- reads:  series.dated_groups
-- params: -
SELECT
    charge_date,
    provider,
    billing_account_id,
    sub_account_id,
    service_name,
    region_id,
    charge_kind,
    billing_currency,
    sum(share(billed_cost, days, day_number)) AS billed_cost,
    sum(share(effective_cost, days, day_number)) AS effective_cost,
    sum(share(contracted_cost, days, day_number)) AS contracted_cost,
    sum(share(list_cost, days, day_number)) AS list_cost,
    if(
        min(least_unit) = max(greatest_unit),
        sum(share(consumed_quantity, days, day_number)), NULL
    ) AS consumed_quantity,
    bill_id
FROM series.dated_groups('charge_groups')
GROUP BY ALL
