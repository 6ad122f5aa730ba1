-- Days of each billing account that detection has judged.
CREATE TABLE IF NOT EXISTS findings.scored_days (
    provider VARCHAR,
    billing_account_id VARCHAR,
    charge_date DATE NOT NULL,
    scored_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE findings.scored_days IS 'Days that detection has judged; grain: billing account × day.';
COMMENT ON COLUMN findings.scored_days.provider IS 'FOCUS ServiceProviderName.';
COMMENT ON COLUMN findings.scored_days.billing_account_id IS 'FOCUS BillingAccountId.';
COMMENT ON COLUMN findings.scored_days.charge_date IS 'UTC day.';
COMMENT ON COLUMN findings.scored_days.scored_at IS 'When it was judged first.';
