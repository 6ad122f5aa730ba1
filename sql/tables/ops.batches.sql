-- Batches under way: written before they are sent, gone once they are settled.
CREATE TABLE IF NOT EXISTS ops.batches (
    batch_id VARCHAR PRIMARY KEY,
    sink VARCHAR NOT NULL,
    number BIGINT NOT NULL,
    mark VARCHAR NOT NULL,
    event_ids VARCHAR[] NOT NULL,
    claimed_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE ops.batches IS 'Batches under way, of which nobody knows yet whether they arrived; grain: batch, one of a sink at most.';
COMMENT ON COLUMN ops.batches.batch_id IS 'Drawn anew for each; the sink remembers it.';
COMMENT ON COLUMN ops.batches.sink IS 'Where it goes.';
COMMENT ON COLUMN ops.batches.number IS 'Counts the batches of the sink.';
COMMENT ON COLUMN ops.batches.mark IS 'How the sink stood before, in its own words: a size of a file.';
COMMENT ON COLUMN ops.batches.event_ids IS 'Its events, in order.';
COMMENT ON COLUMN ops.batches.claimed_at IS 'When.';
