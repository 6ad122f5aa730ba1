-- An inventory as a file of it says, the newest observation of each resource.
--
-- grain:  provider, resource_id
-- reads:  nothing but the files
-- params: files
WITH optional AS (
    SELECT
        NULL::VARCHAR AS sku,
        NULL::VARCHAR AS state,
        NULL::VARCHAR AS attached_to,
        NULL::DOUBLE AS vcpus,
        NULL::DOUBLE AS memory_gib,
        NULL::DOUBLE AS size_gib,
        NULL::TIMESTAMPTZ AS detached_at
    WHERE FALSE
),

inventory AS (
    FROM read_parquet($files)
    UNION ALL BY NAME
    FROM optional
)

SELECT
    provider::VARCHAR AS provider,
    resource_id::VARCHAR AS resource_id,
    resource_type::VARCHAR AS resource_type,
    sku::VARCHAR AS sku,
    state::VARCHAR AS state,
    attached_to::VARCHAR AS attached_to,
    vcpus::DOUBLE AS vcpus,
    memory_gib::DOUBLE AS memory_gib,
    size_gib::DOUBLE AS size_gib,
    detached_at::TIMESTAMPTZ AS detached_at,
    observed_at::TIMESTAMPTZ AS observed_at
FROM inventory
QUALIFY row_number() OVER (
    PARTITION BY provider, resource_id ORDER BY observed_at::TIMESTAMPTZ DESC
) = 1
