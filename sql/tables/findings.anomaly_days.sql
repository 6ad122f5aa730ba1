-- The days of each anomaly.
CREATE TABLE IF NOT EXISTS findings.anomaly_days (
    anomaly_id VARCHAR NOT NULL,
    charge_date DATE NOT NULL,
    actual_cost DECIMAL(38, 18) NOT NULL,
    expected_cost DECIMAL(38, 18) NOT NULL,
    expected_low DECIMAL(38, 18) NOT NULL,
    expected_high DECIMAL(38, 18) NOT NULL,
    score DOUBLE NOT NULL,
    scored_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (anomaly_id, charge_date)
);
COMMENT ON TABLE findings.anomaly_days IS 'Days of an anomaly; grain: anomaly × day.';
COMMENT ON COLUMN findings.anomaly_days.anomaly_id IS 'Anomaly.';
COMMENT ON COLUMN findings.anomaly_days.charge_date IS 'UTC day.';
COMMENT ON COLUMN findings.anomaly_days.actual_cost IS 'Effective cost of the scope on the day.';
COMMENT ON COLUMN findings.anomaly_days.expected_cost IS 'Expected cost, from earlier days only.';
COMMENT ON COLUMN findings.anomaly_days.expected_low IS 'Lower end of the expected band.';
COMMENT ON COLUMN findings.anomaly_days.expected_high IS 'Upper end of the expected band.';
COMMENT ON COLUMN findings.anomaly_days.score IS 'Signed score; positive: dearer than expected.';
COMMENT ON COLUMN findings.anomaly_days.scored_at IS 'When the day was scored.';
