-- The version of each bill whose days detection has judged last.
CREATE TABLE IF NOT EXISTS findings.judged_bills (
    source VARCHAR NOT NULL,
    billing_account_id VARCHAR,
    billing_period VARCHAR NOT NULL,
    bill_id VARCHAR,
    judged_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE findings.judged_bills IS 'Bill versions that detection has judged in full; grain: bill. Another version of a bill makes its days be judged again.';
COMMENT ON COLUMN findings.judged_bills.source IS 'Source of the bill.';
COMMENT ON COLUMN findings.judged_bills.billing_account_id IS 'Billing account of the bill.';
COMMENT ON COLUMN findings.judged_bills.billing_period IS 'Month of the bill, YYYY-MM.';
COMMENT ON COLUMN findings.judged_bills.bill_id IS 'Version that was judged; null where the bill was withdrawn.';
COMMENT ON COLUMN findings.judged_bills.judged_at IS 'With what was known then it was judged.';
