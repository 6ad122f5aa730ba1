-- What came of each event that called for an optimisation.
CREATE TABLE IF NOT EXISTS ops.responses (
    event_id VARCHAR PRIMARY KEY,
    event_type VARCHAR,
    subject VARCHAR NOT NULL,
    anomaly_id VARCHAR,
    revision BIGINT,
    substance VARCHAR,
    outcome VARCHAR NOT NULL CHECK (outcome IN (
        'answered', 'repeated', 'over', 'superseded', 'unchanged', 'no_scope', 'unreadable'
    )),
    detail VARCHAR NOT NULL,
    place VARCHAR NOT NULL,
    resources INTEGER,
    recommendations INTEGER,
    opened INTEGER,
    withdrawn INTEGER,
    allowed INTEGER,
    needs_approval INTEGER,
    denied INTEGER,
    workflows INTEGER,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE ops.responses IS 'What was done about events of anomalies and alerts, or why nothing; grain: event. Written in the transaction of what it led to.';
COMMENT ON COLUMN ops.responses.event_id IS 'CloudEvents id; of what cannot be read, the place where it lies.';
COMMENT ON COLUMN ops.responses.event_type IS 'CloudEvents type; null for what cannot be read.';
COMMENT ON COLUMN ops.responses.subject IS 'The anomaly, or the fingerprint of an alert.';
COMMENT ON COLUMN ops.responses.anomaly_id IS 'The anomaly; null for alerts.';
COMMENT ON COLUMN ops.responses.revision IS 'Revision of the anomaly; of an alert, the microsecond since 1970 in which it began to fire.';
COMMENT ON COLUMN ops.responses.substance IS 'Digest of scope, days and amounts: the same again is no change.';
COMMENT ON COLUMN ops.responses.outcome IS 'answered; repeated, over, superseded or unchanged, where nothing had to be done; no_scope or unreadable, where nothing could be.';
COMMENT ON COLUMN ops.responses.detail IS 'The same in one sentence.';
COMMENT ON COLUMN ops.responses.place IS 'Where the event was heard: topic/partition@offset, or the outbox.';
COMMENT ON COLUMN ops.responses.resources IS 'Resources with charges in the scope.';
COMMENT ON COLUMN ops.responses.recommendations IS 'Recommendations that stand for them.';
COMMENT ON COLUMN ops.responses.opened IS 'Of these, opened by this response.';
COMMENT ON COLUMN ops.responses.withdrawn IS 'Recommendations that this response took back.';
COMMENT ON COLUMN ops.responses.allowed IS 'Verdicts in the scope: may go ahead.';
COMMENT ON COLUMN ops.responses.needs_approval IS 'Verdicts in the scope: a person decides.';
COMMENT ON COLUMN ops.responses.denied IS 'Verdicts in the scope: denied.';
COMMENT ON COLUMN ops.responses.workflows IS 'Workflows that lie ready for them.';
COMMENT ON COLUMN ops.responses.started_at IS 'When the response began.';
COMMENT ON COLUMN ops.responses.finished_at IS 'When its results were there.';
