-- Bill versions with their totals, one row per currency, oldest month first.
--
-- grain:  bill_id, billing_currency
-- reads:  bills.versions, bills.totals
-- params:
SELECT
    bill.billing_period,
    bill.source,
    bill.provider,
    bill.billing_account_id,
    bill.version,
    if(bill.counted_by IS NULL, bill.status, 'not counted') AS status,
    bill.known_at,
    totals.row_count,
    totals.billed_cost,
    totals.effective_cost,
    totals.billing_currency,
    bill.bill_id,
    bill.reason,
    bill.loaded_at
FROM bills.versions AS bill
LEFT JOIN bills.totals AS totals ON bill.bill_id = totals.bill_id
ORDER BY
    bill.billing_period ASC NULLS LAST,
    bill.source ASC,
    bill.billing_account_id ASC,
    bill.version ASC,
    totals.billing_currency ASC
