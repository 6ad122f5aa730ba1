-- How much of a day's final cost bills show so many hours after its end.
CREATE TABLE IF NOT EXISTS series.arrival_curves (
    source VARCHAR NOT NULL,
    charge_kind VARCHAR,
    hours_from INTEGER NOT NULL,
    median_ratio DOUBLE NOT NULL,
    low_ratio DOUBLE NOT NULL,
    high_ratio DOUBLE NOT NULL,
    observations BIGINT NOT NULL,
    days BIGINT NOT NULL,
    known_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE series.arrival_curves IS 'Share of a day''s final cost that was known some hours after the day''s end, learned from bill versions; grain: source × charge kind × hours. series.arrival_curves(moment) gives what was known at a moment.';
COMMENT ON COLUMN series.arrival_curves.source IS 'Source of the bills.';
COMMENT ON COLUMN series.arrival_curves.charge_kind IS 'Kind of charge; null for all kinds together.';
COMMENT ON COLUMN series.arrival_curves.hours_from IS 'Lower end of the bucket, in hours since the end of the UTC day; negative while the day lasts. The bucket reaches to the next one.';
COMMENT ON COLUMN series.arrival_curves.median_ratio IS 'Median of cost known then ÷ final cost; 1 is complete.';
COMMENT ON COLUMN series.arrival_curves.low_ratio IS 'Tenth percentile of the same.';
COMMENT ON COLUMN series.arrival_curves.high_ratio IS 'Ninetieth percentile of the same.';
COMMENT ON COLUMN series.arrival_curves.observations IS 'How many days of accounts and currencies it was seen on.';
COMMENT ON COLUMN series.arrival_curves.days IS 'How many different days these were.';
COMMENT ON COLUMN series.arrival_curves.known_at IS 'With what was known then it was learned.';
