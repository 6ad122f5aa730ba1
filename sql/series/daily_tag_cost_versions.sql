-- The daily cost of each series by tag, in the bill versions that are being read.
--
-- grain:  charge_date, series, tag_key, tag_value, bill_id
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
    tag_key,
    tag_value,
    sum(share(billed_cost, days, day_number)) AS billed_cost,
    sum(share(effective_cost, days, day_number)) AS effective_cost,
    bill_id
FROM series.dated_groups('tag_groups')
GROUP BY ALL
