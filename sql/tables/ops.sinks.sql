-- How the relay stands with each sink.
CREATE TABLE IF NOT EXISTS ops.sinks (
    sink VARCHAR PRIMARY KEY,
    relay_id VARCHAR NOT NULL,
    batches BIGINT NOT NULL,
    failures INTEGER NOT NULL,
    reason VARCHAR,
    failed_since TIMESTAMPTZ,
    failed_at TIMESTAMPTZ,
    next_at TIMESTAMPTZ,
    worked_at TIMESTAMPTZ
);
COMMENT ON TABLE ops.sinks IS 'How the relay stands with each sink; grain: sink.';
COMMENT ON COLUMN ops.sinks.sink IS 'Name in the settings.';
COMMENT ON COLUMN ops.sinks.relay_id IS 'Drawn once: the sink knows this warehouse by it.';
COMMENT ON COLUMN ops.sinks.batches IS 'Number of the last batch.';
COMMENT ON COLUMN ops.sinks.failures IS 'Failures since it last worked.';
COMMENT ON COLUMN ops.sinks.reason IS 'Why the last one failed; null while it works.';
COMMENT ON COLUMN ops.sinks.failed_since IS 'First failure since it last worked.';
COMMENT ON COLUMN ops.sinks.failed_at IS 'Last failure since it last worked.';
COMMENT ON COLUMN ops.sinks.next_at IS 'Left alone until then: it has failed, or was brought up to date a moment ago.';
COMMENT ON COLUMN ops.sinks.worked_at IS 'When it last took something.';
