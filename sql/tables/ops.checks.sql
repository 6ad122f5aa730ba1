-- What each check last found.
CREATE TABLE IF NOT EXISTS ops.checks (
    checked_at TIMESTAMPTZ NOT NULL,
    name VARCHAR NOT NULL,
    subject VARCHAR NOT NULL DEFAULT '',
    severity VARCHAR NOT NULL CHECK (severity IN ('fail', 'warn')),
    row_count BIGINT NOT NULL,
    sample JSON
);
COMMENT ON TABLE ops.checks IS 'Findings of the reconciliation checks; grain: check × subject. A check that found nothing is kept with row_count 0.';
COMMENT ON COLUMN ops.checks.checked_at IS 'When it was run.';
COMMENT ON COLUMN ops.checks.name IS 'File below sql/checks: layer__table__promise.';
COMMENT ON COLUMN ops.checks.subject IS 'Bill version that was checked; empty when the whole warehouse was.';
COMMENT ON COLUMN ops.checks.severity IS 'fail stops the run, warn is told.';
COMMENT ON COLUMN ops.checks.row_count IS 'Rows that break the promise.';
COMMENT ON COLUMN ops.checks.sample IS 'The first of those rows.';
