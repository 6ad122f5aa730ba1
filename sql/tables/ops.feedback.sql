-- What people said of anomalies. Only ever added to; the last word on an anomaly counts.
CREATE TABLE IF NOT EXISTS ops.feedback (
    feedback_id VARCHAR PRIMARY KEY,
    anomaly_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    verdict VARCHAR NOT NULL CHECK (verdict IN ('expected', 'false', 'true')),
    author VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    given_at TIMESTAMPTZ NOT NULL,
    kind VARCHAR NOT NULL,
    dates DATE[] NOT NULL,
    daily_impact DECIMAL(38, 18) NOT NULL,
    daily_pct DOUBLE
);
COMMENT ON TABLE ops.feedback IS 'What people said of anomalies; grain: statement. Only added to: the last word before a moment counts.';
COMMENT ON COLUMN ops.feedback.feedback_id IS 'Id of the statement.';
COMMENT ON COLUMN ops.feedback.anomaly_id IS 'Anomaly that it is about.';
COMMENT ON COLUMN ops.feedback.revision IS 'Revision of the anomaly that was looked at.';
COMMENT ON COLUMN ops.feedback.verdict IS 'expected: real, and normal from now on; false: a false alarm; true: a real anomaly.';
COMMENT ON COLUMN ops.feedback.author IS 'Who said it.';
COMMENT ON COLUMN ops.feedback.reason IS 'Why, in their words.';
COMMENT ON COLUMN ops.feedback.given_at IS 'When; no earlier day is judged otherwise for it, the anomaly''s own days apart.';
COMMENT ON COLUMN ops.feedback.kind IS 'Kind of the anomaly then.';
COMMENT ON COLUMN ops.feedback.dates IS 'Days of the anomaly then.';
COMMENT ON COLUMN ops.feedback.daily_impact IS 'Its largest deviation on one day then, without sign, in its currency; of costs that moved, what moved on a day on average.';
COMMENT ON COLUMN ops.feedback.daily_pct IS 'The largest deviation in percent of what was expected; null where nothing was.';
