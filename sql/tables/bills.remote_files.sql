-- What is behind URLs that were read, so that it is not fetched again.
CREATE TABLE IF NOT EXISTS bills.remote_files (
    url VARCHAR PRIMARY KEY,
    stamp VARCHAR NOT NULL,
    digest VARCHAR,
    manifest VARCHAR,
    release VARCHAR NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE bills.remote_files IS 'Remote files that were read; grain: URL.';
COMMENT ON COLUMN bills.remote_files.url IS 'Where the file is.';
COMMENT ON COLUMN bills.remote_files.stamp IS 'What the place says of its content: ETag, generation or time, and size. Another stamp is another content.';
COMMENT ON COLUMN bills.remote_files.digest IS 'Digest of its content; null for a manifest.';
COMMENT ON COLUMN bills.remote_files.manifest IS 'What a manifest says, as JSON, without its list of columns; null for any other file.';
COMMENT ON COLUMN bills.remote_files.release IS 'Release of Costwarden that read it.';
COMMENT ON COLUMN bills.remote_files.seen_at IS 'When it was read.';
