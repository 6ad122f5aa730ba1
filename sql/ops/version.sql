-- Everything about one bill version, or about all versions of a month.
--
-- grain:  bill_id, billing_currency
-- reads:  bills.versions, bills.parts, bills.totals, series.aggregated_bills
-- params: asked
SELECT
    bill.bill_id,
    bill.billing_period,
    bill.source,
    bill.source_format,
    bill.provider,
    bill.billing_account_id,
    bill.version,
    if(bill.counted_by IS NULL, bill.status, 'not counted') AS status,
    bill.reason,
    bill.known_at,
    bill.loaded_at,
    bill.superseded_at,
    bill.withdrawn_at,
    bill.pruned_at,
    parts.restores,
    bill.parts AS consists_of,
    aggregated.aggregated_at,
    totals.row_count,
    totals.billed_cost,
    totals.effective_cost,
    totals.billing_currency,
    bill.origin,
    bill.files
FROM bills.versions AS bill
LEFT JOIN bills.parts AS parts ON bill.bill_id = parts.bill_id
LEFT JOIN bills.totals AS totals ON bill.bill_id = totals.bill_id
LEFT JOIN series.aggregated_bills AS aggregated ON bill.bill_id = aggregated.bill_id
WHERE bill.bill_id = $asked OR bill.billing_period = $asked
ORDER BY
    bill.billing_period ASC, bill.source ASC, bill.billing_account_id ASC,
    bill.known_at ASC, bill.version ASC, totals.billing_currency ASC
