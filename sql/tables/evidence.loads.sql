-- Which utilisation and inventory files were loaded, so that none is loaded twice.
CREATE TABLE IF NOT EXISTS evidence.loads (
    digest VARCHAR PRIMARY KEY,
    source_format VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    row_count BIGINT NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE evidence.loads IS 'Evidence files loaded; grain: file.';
COMMENT ON COLUMN evidence.loads.digest IS 'SHA-256 of the file.';
COMMENT ON COLUMN evidence.loads.source_format IS 'utilisation or inventory.';
COMMENT ON COLUMN evidence.loads.origin IS 'Name of the file as it came.';
COMMENT ON COLUMN evidence.loads.row_count IS 'Rows in the file.';
COMMENT ON COLUMN evidence.loads.loaded_at IS 'When it was loaded here.';
