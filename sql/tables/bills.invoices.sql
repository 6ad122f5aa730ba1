-- Invoices that were loaded to be compared with the bills.
CREATE TABLE IF NOT EXISTS bills.invoices (
    invoice_id VARCHAR NOT NULL,
    billing_period VARCHAR NOT NULL,
    charge_category VARCHAR,
    billing_currency VARCHAR NOT NULL,
    amount DECIMAL(38, 18) NOT NULL,
    decimals INTEGER NOT NULL,
    origin VARCHAR NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE bills.invoices IS 'Lines of invoices; grain: line. Loading an invoice again replaces its lines.';
COMMENT ON COLUMN bills.invoices.invoice_id IS 'Number of the invoice.';
COMMENT ON COLUMN bills.invoices.billing_period IS 'Month that is invoiced, YYYY-MM.';
COMMENT ON COLUMN bills.invoices.charge_category IS 'FOCUS''s ChargeCategory; null where the invoice does not tell.';
COMMENT ON COLUMN bills.invoices.billing_currency IS 'ISO 4217 code.';
COMMENT ON COLUMN bills.invoices.amount IS 'What is asked for.';
COMMENT ON COLUMN bills.invoices.decimals IS 'Decimals that the amount is printed with.';
COMMENT ON COLUMN bills.invoices.origin IS 'File that it came from.';
COMMENT ON COLUMN bills.invoices.loaded_at IS 'When it was loaded here.';
