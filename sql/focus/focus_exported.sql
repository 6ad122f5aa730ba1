-- Rows of FOCUS exports of any version as they stand in the lake.
--
-- grain:  charge
-- reads:  raw.focus
-- params: files
--
-- Columns that an export lacks come from raw.focus, which is always empty.
WITH exported AS NOT MATERIALIZED (
    FROM
        read_parquet(
            $files, union_by_name = TRUE,
            hive_partitioning = TRUE, hive_types_autocast = FALSE
        )
    UNION ALL BY NAME
    FROM raw.focus
)

SELECT
    *,
    1::BIGINT AS x_ChargeCount
FROM exported
