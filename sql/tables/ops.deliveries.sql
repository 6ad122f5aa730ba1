-- Which sink has which event.
CREATE TABLE IF NOT EXISTS ops.deliveries (
    event_id VARCHAR NOT NULL,
    sink VARCHAR NOT NULL,
    delivered_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (event_id, sink)
);
COMMENT ON TABLE ops.deliveries IS 'Deliveries; grain: event × sink.';
COMMENT ON COLUMN ops.deliveries.event_id IS 'Event.';
COMMENT ON COLUMN ops.deliveries.sink IS 'Sink that acknowledged it.';
COMMENT ON COLUMN ops.deliveries.delivered_at IS 'When.';
