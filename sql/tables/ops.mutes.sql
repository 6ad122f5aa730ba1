-- Scopes of which nobody is told until a date.
CREATE TABLE IF NOT EXISTS ops.mutes (
    mute_id VARCHAR PRIMARY KEY,
    provider VARCHAR,
    billing_account_id VARCHAR,
    sub_account_id VARCHAR,
    service_name VARCHAR,
    region_id VARCHAR,
    until_date DATE NOT NULL,
    author VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    ended_by VARCHAR
);
COMMENT ON TABLE ops.mutes IS 'Scopes whose anomalies are found and stored, but not delivered to sinks until the end; grain: mute.';
COMMENT ON COLUMN ops.mutes.mute_id IS 'Id of the mute.';
COMMENT ON COLUMN ops.mutes.provider IS 'Scope: provider; null = any.';
COMMENT ON COLUMN ops.mutes.billing_account_id IS 'Scope: billing account; null = any.';
COMMENT ON COLUMN ops.mutes.sub_account_id IS 'Scope: sub account; null = any.';
COMMENT ON COLUMN ops.mutes.service_name IS 'Scope: service; null = any.';
COMMENT ON COLUMN ops.mutes.region_id IS 'Scope: region; null = any.';
COMMENT ON COLUMN ops.mutes.until_date IS 'Last day of the mute, as asked.';
COMMENT ON COLUMN ops.mutes.author IS 'Who asked for it.';
COMMENT ON COLUMN ops.mutes.reason IS 'Why, in their words.';
COMMENT ON COLUMN ops.mutes.created_at IS 'When it began.';
COMMENT ON COLUMN ops.mutes.ends_at IS 'When it ends: with until_date (UTC), or when somebody ended it.';
COMMENT ON COLUMN ops.mutes.ended_by IS 'Who ended it early; null where nobody did.';
