-- What the newest inventory says of each resource, unless it was taken too late.
--
-- grain:  provider, resource_id
-- reads:  evidence.resources
-- params: until
SELECT
    provider,
    resource_id,
    resource_type,
    sku,
    state,
    attached_to,
    vcpus,
    memory_gib,
    size_gib,
    detached_at,
    observed_at
FROM evidence.resources
WHERE observed_at <= $until
