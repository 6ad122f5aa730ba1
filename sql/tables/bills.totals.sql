-- What each bill version sums to, as its own columns say, per currency.
CREATE TABLE IF NOT EXISTS bills.totals (
    bill_id VARCHAR NOT NULL,
    billing_currency VARCHAR NOT NULL,
    row_count BIGINT NOT NULL,
    billed_cost DECIMAL(38, 18) NOT NULL,
    effective_cost DECIMAL(38, 18) NOT NULL,
    PRIMARY KEY (bill_id, billing_currency)
);
COMMENT ON TABLE bills.totals IS 'Totals summed from the source''s own columns, independent of the FOCUS mapping; grain: bill version × currency.';
COMMENT ON COLUMN bills.totals.bill_id IS 'Bill version.';
COMMENT ON COLUMN bills.totals.billing_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN bills.totals.row_count IS 'Rows in this currency.';
COMMENT ON COLUMN bills.totals.billed_cost IS 'What the source invoices.';
COMMENT ON COLUMN bills.totals.effective_cost IS 'What the source calls amortised.';
