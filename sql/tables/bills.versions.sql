-- Every export that arrived, one row per bill version.
CREATE TABLE IF NOT EXISTS bills.versions (
    bill_id VARCHAR PRIMARY KEY,
    source VARCHAR NOT NULL,
    source_format VARCHAR NOT NULL,
    provider VARCHAR,
    billing_account_id VARCHAR,
    billing_period VARCHAR,
    version INTEGER,
    status VARCHAR NOT NULL CHECK (
        status IN ('current', 'superseded', 'withdrawn', 'quarantined')
    ),
    reason VARCHAR,
    row_count BIGINT,
    billed_cost DECIMAL(38, 18),
    effective_cost DECIMAL(38, 18),
    billing_currency VARCHAR,
    digest VARCHAR NOT NULL,
    files VARCHAR[],
    origin VARCHAR[],
    known_at TIMESTAMPTZ,
    loaded_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ,
    parts VARCHAR[],
    withdrawn_at TIMESTAMPTZ,
    pruned_at TIMESTAMPTZ,
    counted_by VARCHAR
);
COMMENT ON TABLE bills.versions IS 'Every export that arrived; grain: bill version.';
COMMENT ON COLUMN bills.versions.bill_id IS 'Key of the version: source.account.period.vN, or a digest of names and content while quarantined.';
COMMENT ON COLUMN bills.versions.source IS 'Name of the configured source, or the format where none was given.';
COMMENT ON COLUMN bills.versions.source_format IS 'Recognised format, e.g. aws_cur2, aws_legacy_cur, azure, focus; azure_actual and azure_amortised where only that export is known.';
COMMENT ON COLUMN bills.versions.provider IS 'AWS, Microsoft, Google Cloud …; null where the file names several.';
COMMENT ON COLUMN bills.versions.billing_account_id IS 'Payer or billing account of the bill.';
COMMENT ON COLUMN bills.versions.billing_period IS 'Billing month, YYYY-MM.';
COMMENT ON COLUMN bills.versions.version IS 'Number of the version within source, account and period, from 1.';
COMMENT ON COLUMN bills.versions.status IS 'current, superseded, withdrawn or quarantined; superseded, too, where counted_by says so.';
COMMENT ON COLUMN bills.versions.reason IS 'Why it is quarantined, or not counted; else null.';
COMMENT ON COLUMN bills.versions.row_count IS 'Charge rows in the export.';
COMMENT ON COLUMN bills.versions.billed_cost IS 'Sum of BilledCost in billing_currency; null when the bill has several currencies (see bills.totals).';
COMMENT ON COLUMN bills.versions.effective_cost IS 'Sum of EffectiveCost in billing_currency; null as above.';
COMMENT ON COLUMN bills.versions.billing_currency IS 'ISO 4217 code; null when the bill has several.';
COMMENT ON COLUMN bills.versions.digest IS 'SHA-256 over the content of the export files.';
COMMENT ON COLUMN bills.versions.files IS 'Lake files of the version, relative to the lake; none once pruned.';
COMMENT ON COLUMN bills.versions.origin IS 'Names of the export files as they came.';
COMMENT ON COLUMN bills.versions.known_at IS 'When this version became known: the export''s own time where it states one.';
COMMENT ON COLUMN bills.versions.loaded_at IS 'When it was loaded here.';
COMMENT ON COLUMN bills.versions.superseded_at IS 'When it ceased to count: known_at of the version that replaced it, or when it was withdrawn.';
COMMENT ON COLUMN bills.versions.parts IS 'Versions whose own files it consists of, oldest first; versions of a bill may share files.';
COMMENT ON COLUMN bills.versions.withdrawn_at IS 'From when it counts no more though no later version replaced it; else null.';
COMMENT ON COLUMN bills.versions.pruned_at IS 'When its lake files were given up; its daily series stays. Null while they are kept.';
COMMENT ON COLUMN bills.versions.counted_by IS 'Version of another source that tells the same costs and counts in its place; null where none does.';
