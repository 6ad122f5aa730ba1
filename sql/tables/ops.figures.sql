-- Series of figures that were sent to a sink.
CREATE TABLE IF NOT EXISTS ops.figures (
    sink VARCHAR NOT NULL,
    series VARCHAR NOT NULL,
    samples BIGINT NOT NULL,
    digest VARCHAR NOT NULL,
    PRIMARY KEY (sink, series)
);
COMMENT ON TABLE ops.figures IS 'Series of figures that a sink has, or may have; grain: sink × series.';
COMMENT ON COLUMN ops.figures.sink IS 'Name of the sink in the settings.';
COMMENT ON COLUMN ops.figures.series IS 'Metric and labels, as JSON.';
COMMENT ON COLUMN ops.figures.samples IS 'How many days were sent; 0 while it is not known that any arrived.';
COMMENT ON COLUMN ops.figures.digest IS 'Of these days and their values; empty while it is not known that any arrived.';
