-- Silences of Alertmanager: other sinks hear nothing of what they match, either.
CREATE TABLE IF NOT EXISTS ops.silences (
    sink VARCHAR NOT NULL,
    silence_id VARCHAR NOT NULL,
    matchers STRUCT("name" VARCHAR, "value" VARCHAR, is_regex BOOLEAN, is_equal BOOLEAN)[] NOT NULL,
    author VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (sink, silence_id)
);
COMMENT ON TABLE ops.silences IS 'Silences of Alertmanager, as a relay last saw them; grain: sink × silence.';
COMMENT ON COLUMN ops.silences.sink IS 'Sink whose Alertmanager has it.';
COMMENT ON COLUMN ops.silences.silence_id IS 'Its id there.';
COMMENT ON COLUMN ops.silences.matchers IS 'All of them must match; regular expressions match whole values.';
COMMENT ON COLUMN ops.silences.author IS 'Who made it.';
COMMENT ON COLUMN ops.silences.reason IS 'Why, in their words.';
COMMENT ON COLUMN ops.silences.starts_at IS 'When it begins.';
COMMENT ON COLUMN ops.silences.ends_at IS 'When it ends: as planned, when somebody ended it, or when it was no longer there.';
