-- What lake files' own statistics say of their columns.
--
-- grain:  file, column
-- reads:  -
-- params: files
--
-- Columns within maps and lists are left out. Statistics that are missing for a part of
-- a file say nothing of the whole.
SELECT
    file_name,
    path_in_schema AS column_name,
    coalesce(
        sum(stats_null_count) = sum(num_values)
        AND count(stats_null_count) = count(*), FALSE
    ) AS is_empty,
    coalesce(
        sum(stats_null_count) > 0 OR count(stats_null_count) < count(*), TRUE
    ) AS has_nulls,
    coalesce(
        min(try_cast(stats_min_value AS DOUBLE)) < 0
        OR count(try_cast(stats_min_value AS DOUBLE)) < count(*), TRUE
    ) AS has_negatives,
    if(
        count(try_cast(stats_max_value AS DOUBLE)) = count(*),
        greatest(
            max(abs(try_cast(stats_min_value AS DOUBLE))),
            max(abs(try_cast(stats_max_value AS DOUBLE)))
        ), NULL
    ) AS largest,
    if(
        bool_and(type IN ('BYTE_ARRAY', 'INT64') AND min_is_exact AND max_is_exact)
        AND sum(stats_null_count) = 0
        AND count(stats_null_count) = count(*)
        AND min(stats_min_value) = max(stats_max_value),
        min(stats_min_value), NULL
    ) AS constant
FROM parquet_metadata($files)
WHERE NOT contains(path_in_schema, ', ')
GROUP BY file_name, path_in_schema
