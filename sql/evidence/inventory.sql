-- What the newest inventory says of each resource.
--
-- grain:  provider, resource_id
-- reads:  evidence.resources
-- params:
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
