-- Daily utilisation as a file of it says, one row for each key.
--
-- grain:  provider, resource_id, metric, usage_date
-- reads:  nothing but the files
-- params: files
SELECT
    provider::VARCHAR AS provider,
    resource_id::VARCHAR AS resource_id,
    metric::VARCHAR AS metric,
    usage_date::DATE AS usage_date,
    mean_value::DOUBLE AS mean_value,
    p95_value::DOUBLE AS p95_value,
    max_value::DOUBLE AS max_value,
    samples::INTEGER AS samples
FROM read_parquet($files)
QUALIFY row_number() OVER (
    PARTITION BY provider, resource_id, metric, usage_date
    ORDER BY samples DESC, mean_value DESC
) = 1
