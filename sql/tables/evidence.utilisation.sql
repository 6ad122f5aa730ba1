-- How much of a resource was used, one row per resource, metric and day.
CREATE TABLE IF NOT EXISTS evidence.utilisation (
    provider VARCHAR NOT NULL,
    resource_id VARCHAR NOT NULL,
    metric VARCHAR NOT NULL,
    usage_date DATE NOT NULL,
    mean_value DOUBLE NOT NULL,
    p95_value DOUBLE NOT NULL,
    max_value DOUBLE NOT NULL,
    samples INTEGER NOT NULL,
    PRIMARY KEY (provider, resource_id, metric, usage_date)
);
COMMENT ON TABLE evidence.utilisation IS 'Daily utilisation; grain: resource × metric × day.';
COMMENT ON COLUMN evidence.utilisation.provider IS 'FOCUS ServiceProviderName.';
COMMENT ON COLUMN evidence.utilisation.resource_id IS 'FOCUS ResourceId.';
COMMENT ON COLUMN evidence.utilisation.metric IS 'cpu_pct, memory_pct (0–100), network_bytes, disk_ops, connections (a day).';
COMMENT ON COLUMN evidence.utilisation.usage_date IS 'UTC day.';
COMMENT ON COLUMN evidence.utilisation.mean_value IS 'Mean of the samples.';
COMMENT ON COLUMN evidence.utilisation.p95_value IS '95th percentile of the samples.';
COMMENT ON COLUMN evidence.utilisation.max_value IS 'Largest sample.';
COMMENT ON COLUMN evidence.utilisation.samples IS 'Samples that the day had; few samples are weak evidence.';
