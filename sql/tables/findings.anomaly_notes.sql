-- What people foresaw of an anomaly.
CREATE TABLE IF NOT EXISTS findings.anomaly_notes (
    anomaly_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    source VARCHAR NOT NULL CHECK (source IN ('planned', 'expected')),
    title VARCHAR NOT NULL,
    until_date DATE NOT NULL,
    explained_cost DECIMAL(38, 18) NOT NULL
);
COMMENT ON TABLE findings.anomaly_notes IS 'How much of an anomaly was planned, or called expected before; grain: anomaly × note, newest revision.';
COMMENT ON COLUMN findings.anomaly_notes.anomaly_id IS 'Anomaly.';
COMMENT ON COLUMN findings.anomaly_notes.revision IS 'Revision of the anomaly.';
COMMENT ON COLUMN findings.anomaly_notes.source IS 'planned: a planned event; expected: an earlier anomaly that somebody called expected.';
COMMENT ON COLUMN findings.anomaly_notes.title IS 'Title of the event, or the reason given with the feedback.';
COMMENT ON COLUMN findings.anomaly_notes.until_date IS 'Last day of the event, or of that anomaly.';
COMMENT ON COLUMN findings.anomaly_notes.explained_cost IS 'Signed amount that it explains; part of the expected cost.';
