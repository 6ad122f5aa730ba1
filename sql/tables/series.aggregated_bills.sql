-- Which bill versions have their daily series, so that only new ones are read.
CREATE TABLE IF NOT EXISTS series.aggregated_bills (
    bill_id VARCHAR PRIMARY KEY,
    aggregated_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE series.aggregated_bills IS 'Bill versions whose daily series is complete, also when it has no rows; grain: bill version.';
COMMENT ON COLUMN series.aggregated_bills.bill_id IS 'Bill version.';
COMMENT ON COLUMN series.aggregated_bills.aggregated_at IS 'When they were written.';
