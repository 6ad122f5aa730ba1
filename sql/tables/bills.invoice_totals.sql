-- What each bill asks for under each invoice number.
CREATE TABLE IF NOT EXISTS bills.invoice_totals (
    bill_id VARCHAR NOT NULL,
    invoice_id VARCHAR NOT NULL,
    billing_account_id VARCHAR NOT NULL,
    charge_category VARCHAR NOT NULL,
    billing_currency VARCHAR NOT NULL,
    billed_cost DECIMAL(38, 18) NOT NULL,
    charges BIGINT NOT NULL,
    PRIMARY KEY (bill_id, invoice_id, billing_account_id, charge_category, billing_currency)
);
COMMENT ON TABLE bills.invoice_totals IS 'Billed cost by invoice in audited bills; grain: bill version × invoice × account × category × currency.';
COMMENT ON COLUMN bills.invoice_totals.bill_id IS 'Bill version.';
COMMENT ON COLUMN bills.invoice_totals.invoice_id IS 'Invoice; empty for charges that name none.';
COMMENT ON COLUMN bills.invoice_totals.billing_account_id IS 'Account that is invoiced; empty where it is not named.';
COMMENT ON COLUMN bills.invoice_totals.charge_category IS 'Usage, Purchase, Tax, Credit or Adjustment.';
COMMENT ON COLUMN bills.invoice_totals.billing_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN bills.invoice_totals.billed_cost IS 'Sum of BilledCost.';
COMMENT ON COLUMN bills.invoice_totals.charges IS 'Charges of it.';
