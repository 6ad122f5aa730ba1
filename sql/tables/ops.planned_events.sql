-- Events that people know of before they happen: migrations, load tests, sales.
CREATE TABLE IF NOT EXISTS ops.planned_events (
    event_id VARCHAR PRIMARY KEY,
    title VARCHAR NOT NULL,
    provider VARCHAR,
    billing_account_id VARCHAR,
    sub_account_id VARCHAR,
    service_name VARCHAR,
    region_id VARCHAR,
    first_date DATE NOT NULL,
    last_date DATE NOT NULL,
    direction VARCHAR NOT NULL CHECK (direction IN ('up', 'down', 'both')),
    extra_cost DECIMAL(38, 18),
    extra_pct DOUBLE,
    author VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    removed_at TIMESTAMPTZ,
    removed_by VARCHAR
);
COMMENT ON TABLE ops.planned_events IS 'Calendar of planned events; grain: event. An event counts from the day on which it was told.';
COMMENT ON COLUMN ops.planned_events.event_id IS 'Id of the event.';
COMMENT ON COLUMN ops.planned_events.title IS 'What it is, in a few words.';
COMMENT ON COLUMN ops.planned_events.provider IS 'Scope: provider; null = any.';
COMMENT ON COLUMN ops.planned_events.billing_account_id IS 'Scope: billing account; null = any.';
COMMENT ON COLUMN ops.planned_events.sub_account_id IS 'Scope: sub account; null = any.';
COMMENT ON COLUMN ops.planned_events.service_name IS 'Scope: service; null = any.';
COMMENT ON COLUMN ops.planned_events.region_id IS 'Scope: region; null = any.';
COMMENT ON COLUMN ops.planned_events.first_date IS 'Its first day.';
COMMENT ON COLUMN ops.planned_events.last_date IS 'Its last day.';
COMMENT ON COLUMN ops.planned_events.direction IS 'up, down or both: which way it moves costs.';
COMMENT ON COLUMN ops.planned_events.extra_cost IS 'By how much a day at most, over all of its scope, in billing currency; null and extra_pct null: by any amount.';
COMMENT ON COLUMN ops.planned_events.extra_pct IS 'The same in percent of what was expected.';
COMMENT ON COLUMN ops.planned_events.author IS 'Who told of it; ''settings file'' for those of the settings.';
COMMENT ON COLUMN ops.planned_events.created_at IS 'When somebody told of it, or a run first saw it in the settings.';
COMMENT ON COLUMN ops.planned_events.removed_at IS 'When it was taken off; it counts for no day from then on.';
COMMENT ON COLUMN ops.planned_events.removed_by IS 'Who took it off.';
