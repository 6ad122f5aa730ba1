-- What a store for figures had when it was last shown all of them.
CREATE TABLE IF NOT EXISTS ops.shown_figures (
    sink VARCHAR PRIMARY KEY,
    fingerprint VARCHAR NOT NULL,
    samples BIGINT NOT NULL,
    total DOUBLE NOT NULL,
    squares DOUBLE NOT NULL
);
COMMENT ON TABLE ops.shown_figures IS 'What a sink had when it was last shown all figures; while both sides stay so it is left alone; grain: sink.';
COMMENT ON COLUMN ops.shown_figures.sink IS 'Name of the sink in the settings.';
COMMENT ON COLUMN ops.shown_figures.fingerprint IS 'What the figures followed from.';
COMMENT ON COLUMN ops.shown_figures.samples IS 'How many samples the sink had.';
COMMENT ON COLUMN ops.shown_figures.total IS 'Their sum, over all metrics and currencies: good for comparing alone.';
COMMENT ON COLUMN ops.shown_figures.squares IS 'The sum of their squares.';
