-- Events that a sink will not take. Later ones of the same subject wait behind them.
CREATE TABLE IF NOT EXISTS ops.dead_letters (
    event_id VARCHAR NOT NULL,
    sink VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    state VARCHAR NOT NULL CHECK (state IN ('dead', 'due', 'dropped')),
    PRIMARY KEY (event_id, sink)
);
COMMENT ON TABLE ops.dead_letters IS 'Events that a sink refused for good; grain: event × sink.';
COMMENT ON COLUMN ops.dead_letters.event_id IS 'Event.';
COMMENT ON COLUMN ops.dead_letters.sink IS 'Sink that refused it.';
COMMENT ON COLUMN ops.dead_letters.reason IS 'Why, the last time.';
COMMENT ON COLUMN ops.dead_letters.attempts IS 'How often it was refused.';
COMMENT ON COLUMN ops.dead_letters.first_at IS 'First refusal.';
COMMENT ON COLUMN ops.dead_letters.last_at IS 'Last refusal.';
COMMENT ON COLUMN ops.dead_letters.state IS 'dead: later events of its subject wait; due: it is tried again; dropped: never sent, and nothing waits for it.';
