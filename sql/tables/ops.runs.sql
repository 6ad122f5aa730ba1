-- What each stage of each run did.
CREATE TABLE IF NOT EXISTS ops.runs (
    run_id VARCHAR NOT NULL,
    flow VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    billing_period VARCHAR NOT NULL DEFAULT '',
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    rows_in BIGINT,
    rows_out BIGINT,
    outcome VARCHAR NOT NULL,
    detail VARCHAR,
    waited_seconds DOUBLE,
    PRIMARY KEY (run_id, stage, billing_period)
);
COMMENT ON TABLE ops.runs IS 'Journal of runs; grain: run × stage × period.';
COMMENT ON COLUMN ops.runs.run_id IS 'Prefect flow run id; for a month of a backfill the digest of what it depends on.';
COMMENT ON COLUMN ops.runs.flow IS 'daily, backfill, or the command that ran the stage alone.';
COMMENT ON COLUMN ops.runs.stage IS 'ingest, aggregate, detect …';
COMMENT ON COLUMN ops.runs.billing_period IS 'Month worked on; empty when the stage is not about one month.';
COMMENT ON COLUMN ops.runs.started_at IS 'When it began.';
COMMENT ON COLUMN ops.runs.finished_at IS 'When it ended.';
COMMENT ON COLUMN ops.runs.rows_in IS 'Rows read.';
COMMENT ON COLUMN ops.runs.rows_out IS 'Rows written.';
COMMENT ON COLUMN ops.runs.outcome IS 'running, done, nothing_new, failed; crashed when the process died at it.';
COMMENT ON COLUMN ops.runs.detail IS 'The error in one sentence, or what the counts mean; else null.';
COMMENT ON COLUMN ops.runs.waited_seconds IS 'How long the run waited for the warehouse''s turn, on its first stage; null on later ones.';
