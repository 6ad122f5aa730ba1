-- Which sets of export files were loaded, so that none is loaded twice.
CREATE TABLE IF NOT EXISTS bills.deliveries (
    digest VARCHAR PRIMARY KEY,
    bill_ids VARCHAR[] NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE bills.deliveries IS 'Sets of export files that were loaded together; grain: set of files.';
COMMENT ON COLUMN bills.deliveries.digest IS 'SHA-256 over the content of the files, whatever their names.';
COMMENT ON COLUMN bills.deliveries.bill_ids IS 'The bill versions that they hold, new or known before.';
COMMENT ON COLUMN bills.deliveries.loaded_at IS 'When they were loaded here.';
