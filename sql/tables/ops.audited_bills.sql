-- Which bill versions were audited, so that none is audited twice.
CREATE TABLE IF NOT EXISTS ops.audited_bills (
    bill_id VARCHAR PRIMARY KEY,
    rules_digest VARCHAR NOT NULL,
    charges BIGINT NOT NULL,
    audited_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE ops.audited_bills IS 'Bill versions that were audited; grain: bill version.';
COMMENT ON COLUMN ops.audited_bills.bill_id IS 'Bill version.';
COMMENT ON COLUMN ops.audited_bills.rules_digest IS 'SHA-256 over rules and checks; a bill is audited again when they change.';
COMMENT ON COLUMN ops.audited_bills.charges IS 'FOCUS rows of the bill.';
COMMENT ON COLUMN ops.audited_bills.audited_at IS 'When.';
