-- What some lake files' own statistics say of their columns, so that a reader is spared
-- them: those that hold nothing, one text, or nothing but a bound of their month.
--
-- grain:  column
-- reads:  -
-- params: files
--
-- Columns within maps and lists are left out. Statistics that are missing for a part of
-- a file say nothing. Moments with a zone are written with it, so they equal no bound.
WITH parts AS (
    SELECT
        file_name,
        path_in_schema AS column_name,
        type,
        coalesce(stats_null_count = num_values, FALSE) AS is_empty,
        coalesce(
            stats_null_count = 0 AND min_is_exact AND max_is_exact
            AND stats_min_value = stats_max_value, FALSE
        ) AS is_constant,
        stats_min_value AS word,
        regexp_extract(file_name, 'billing_period=(\d{4}-\d{2})/', 1) AS month
    FROM parquet_metadata($files)
    WHERE NOT contains(path_in_schema, ', ')
),

judged AS (
    SELECT
        column_name,
        bool_and(is_empty) AS is_empty,
        bool_and(is_constant) AND count(DISTINCT file_name) = len($files)
            AS is_constant,
        if(
            bool_and(type = 'BYTE_ARRAY') AND min(word) = max(word), min(word), NULL
        ) AS word,
        bool_and(type = 'INT64' AND word = month || '-01 00:00:00') AS is_month_start,
        bool_and(
            type = 'INT64'
            AND word = strftime(
                try_cast(month || '-01' AS TIMESTAMP) + INTERVAL 1 MONTH, '%Y-%m-%d %X'
            )
        ) AS is_month_end
    FROM parts
    GROUP BY column_name
)

SELECT
    column_name,
    is_empty,
    if(is_constant, word, NULL) AS constant,
    coalesce(is_constant AND is_month_start, FALSE) AS is_month_start,
    coalesce(is_constant AND is_month_end, FALSE) AS is_month_end
FROM judged
WHERE is_empty OR is_constant
