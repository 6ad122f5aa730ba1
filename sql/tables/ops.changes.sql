-- What people and programs changed in the clouds: deploys, audit log entries, tags.
CREATE TABLE IF NOT EXISTS ops.changes (
    change_id VARCHAR PRIMARY KEY,
    changed_at TIMESTAMPTZ NOT NULL,
    provider VARCHAR,
    billing_account_id VARCHAR,
    sub_account_id VARCHAR,
    service_name VARCHAR,
    region_id VARCHAR,
    resource_id VARCHAR,
    actor VARCHAR,
    what VARCHAR NOT NULL,
    link VARCHAR,
    loaded_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE ops.changes IS 'Change events such as those of CloudTrail, Activity Log, deploys and Git tags; grain: change.';
COMMENT ON COLUMN ops.changes.change_id IS 'Digest of what the change says, so that loading it twice adds nothing.';
COMMENT ON COLUMN ops.changes.changed_at IS 'When it happened.';
COMMENT ON COLUMN ops.changes.provider IS 'Scope: provider; null = any.';
COMMENT ON COLUMN ops.changes.billing_account_id IS 'Scope: billing account; null = any.';
COMMENT ON COLUMN ops.changes.sub_account_id IS 'Scope: sub account; null = any.';
COMMENT ON COLUMN ops.changes.service_name IS 'Scope: service; null = any.';
COMMENT ON COLUMN ops.changes.region_id IS 'Scope: region; null = any.';
COMMENT ON COLUMN ops.changes.resource_id IS 'Resource that was changed, if it is one.';
COMMENT ON COLUMN ops.changes.actor IS 'Who did it.';
COMMENT ON COLUMN ops.changes.what IS 'What was done.';
COMMENT ON COLUMN ops.changes.link IS 'Where more is told.';
COMMENT ON COLUMN ops.changes.loaded_at IS 'When it was loaded; a run tells of no change that was loaded later.';
