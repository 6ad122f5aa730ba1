-- The outbox: CloudEvents, written in the transaction of the finding.
CREATE TABLE IF NOT EXISTS ops.events (
    event_id VARCHAR PRIMARY KEY,
    event_type VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    payload JSON NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    is_muted BOOLEAN NOT NULL
);
COMMENT ON TABLE ops.events IS 'Outbox of CloudEvents 1.0; grain: event.';
COMMENT ON COLUMN ops.events.event_id IS 'CloudEvents id: deterministic, so a repeat is recognised.';
COMMENT ON COLUMN ops.events.event_type IS 'CloudEvents type.';
COMMENT ON COLUMN ops.events.subject IS 'CloudEvents subject: the anomaly or recommendation.';
COMMENT ON COLUMN ops.events.revision IS 'Revision of the subject.';
COMMENT ON COLUMN ops.events.payload IS 'The whole event in the CloudEvents JSON format.';
COMMENT ON COLUMN ops.events.occurred_at IS 'CloudEvents time.';
COMMENT ON COLUMN ops.events.is_muted IS 'True for events of a backfill: kept, but delivered to nobody.';
