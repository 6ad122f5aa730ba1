-- What each bill version brought itself; bills.versions says what it consists of.
CREATE TABLE IF NOT EXISTS bills.parts (
    bill_id VARCHAR PRIMARY KEY,
    names VARCHAR[] NOT NULL,
    digests VARCHAR[] NOT NULL,
    files VARCHAR[] NOT NULL,
    series VARCHAR,
    first_date VARCHAR NOT NULL,
    last_date VARCHAR NOT NULL,
    row_count BIGINT NOT NULL,
    sub_accounts VARCHAR[],
    is_increment BOOLEAN NOT NULL,
    restores VARCHAR,
    withdrawn_at TIMESTAMPTZ
);
COMMENT ON TABLE bills.parts IS 'What each bill version brought itself, before it is put together with earlier ones; grain: bill version.';
COMMENT ON COLUMN bills.parts.bill_id IS 'Bill version.';
COMMENT ON COLUMN bills.parts.names IS 'Names of its own export files as they came.';
COMMENT ON COLUMN bills.parts.digests IS 'Digests of its own export files, in the order of names.';
COMMENT ON COLUMN bills.parts.files IS 'Its own files, relative to the lake; they lie in its own folder.';
COMMENT ON COLUMN bills.parts.series IS 'What its names have in common but for numbers; null where they are no series or a manifest lists them; # where a manifest states days.';
COMMENT ON COLUMN bills.parts.first_date IS 'First charge day of its own files, ISO 8601.';
COMMENT ON COLUMN bills.parts.last_date IS 'Last charge day of its own files, ISO 8601.';
COMMENT ON COLUMN bills.parts.row_count IS 'Rows of its own files.';
COMMENT ON COLUMN bills.parts.sub_accounts IS 'Sub-accounts that its rows are about, lower case and without the path before them; null where not known.';
COMMENT ON COLUMN bills.parts.is_increment IS 'Whether the export adds to what was known, as append-only exports do.';
COMMENT ON COLUMN bills.parts.restores IS 'The version that it brings back; else null.';
COMMENT ON COLUMN bills.parts.withdrawn_at IS 'From when somebody withdrew it, or other versions hold its rows; else null.';
