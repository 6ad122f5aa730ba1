-- What an inventory said of a resource, newest observation.
CREATE TABLE IF NOT EXISTS evidence.resources (
    provider VARCHAR NOT NULL,
    resource_id VARCHAR NOT NULL,
    resource_type VARCHAR NOT NULL,
    sku VARCHAR,
    state VARCHAR,
    attached_to VARCHAR,
    vcpus DOUBLE,
    memory_gib DOUBLE,
    size_gib DOUBLE,
    detached_at TIMESTAMPTZ,
    observed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (provider, resource_id)
);
COMMENT ON TABLE evidence.resources IS 'Inventory; grain: resource, newest observation.';
COMMENT ON COLUMN evidence.resources.provider IS 'FOCUS ServiceProviderName.';
COMMENT ON COLUMN evidence.resources.resource_id IS 'FOCUS ResourceId.';
COMMENT ON COLUMN evidence.resources.resource_type IS 'instance, volume, address, database, snapshot or load_balancer.';
COMMENT ON COLUMN evidence.resources.sku IS 'Machine or volume type, e.g. m5.xlarge, gp2, Standard_D4s_v5.';
COMMENT ON COLUMN evidence.resources.state IS 'running, stopped, available …, in the provider''s words.';
COMMENT ON COLUMN evidence.resources.attached_to IS 'Resource that uses it; null when unattached.';
COMMENT ON COLUMN evidence.resources.vcpus IS 'Virtual CPUs.';
COMMENT ON COLUMN evidence.resources.memory_gib IS 'Memory in GiB.';
COMMENT ON COLUMN evidence.resources.size_gib IS 'Disk size in GiB.';
COMMENT ON COLUMN evidence.resources.detached_at IS 'When it was last detached, if known.';
COMMENT ON COLUMN evidence.resources.observed_at IS 'When the inventory was taken.';
