-- Why an anomaly happened: ranked contributions that sum to its impact.
CREATE TABLE IF NOT EXISTS findings.anomaly_drivers (
    anomaly_id VARCHAR NOT NULL,
    rank INTEGER NOT NULL,
    dimension VARCHAR NOT NULL,
    member VARCHAR,
    effect VARCHAR NOT NULL CHECK (effect IN ('price', 'usage', 'mix', 'commitment', 'credit', 'new')),
    impact DECIMAL(38, 18) NOT NULL,
    share DOUBLE,
    revision INTEGER NOT NULL,
    PRIMARY KEY (anomaly_id, rank)
);
COMMENT ON TABLE findings.anomaly_drivers IS 'Drivers of an anomaly; grain: anomaly × rank. Their impacts sum to the anomaly''s.';
COMMENT ON COLUMN findings.anomaly_drivers.anomaly_id IS 'Anomaly.';
COMMENT ON COLUMN findings.anomaly_drivers.rank IS '1 carries most.';
COMMENT ON COLUMN findings.anomaly_drivers.dimension IS 'resource, sku, region, sub_account, service, tag:key … or other.';
COMMENT ON COLUMN findings.anomaly_drivers.member IS 'Member of the dimension; null for the remainder.';
COMMENT ON COLUMN findings.anomaly_drivers.effect IS 'price, usage, mix, commitment, credit or new.';
COMMENT ON COLUMN findings.anomaly_drivers.impact IS 'Part of the anomaly''s impact, in its currency.';
COMMENT ON COLUMN findings.anomaly_drivers.share IS 'impact ÷ the anomaly''s impact.';
COMMENT ON COLUMN findings.anomaly_drivers.revision IS 'Revision of the anomaly that it explains.';
