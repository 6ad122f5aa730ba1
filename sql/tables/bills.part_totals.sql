-- What the own files of each bill version sum to, per currency.
CREATE TABLE IF NOT EXISTS bills.part_totals (
    bill_id VARCHAR NOT NULL,
    billing_currency VARCHAR NOT NULL,
    row_count BIGINT NOT NULL,
    billed_cost DECIMAL(38, 18) NOT NULL,
    effective_cost DECIMAL(38, 18) NOT NULL,
    PRIMARY KEY (bill_id, billing_currency)
);
COMMENT ON TABLE bills.part_totals IS 'Totals of what each bill version brought itself; grain: bill version × currency.';
COMMENT ON COLUMN bills.part_totals.bill_id IS 'Bill version.';
COMMENT ON COLUMN bills.part_totals.billing_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN bills.part_totals.row_count IS 'Rows in this currency.';
COMMENT ON COLUMN bills.part_totals.billed_cost IS 'What the source invoices.';
COMMENT ON COLUMN bills.part_totals.effective_cost IS 'What the source calls amortised.';
