-- Lines of AWS cost and usage reports as they stand in the lake.
--
-- grain:  report line
-- reads:  raw.aws_cur
-- params: files
--
-- Columns that a report lacks come from raw.aws_cur, which is always empty.
WITH exported AS NOT MATERIALIZED (
    FROM
        read_parquet(
            $files, union_by_name = TRUE,
            hive_partitioning = TRUE, hive_types_autocast = FALSE
        )
    UNION ALL BY NAME
    FROM raw.aws_cur
)

SELECT
    *,
    1::BIGINT AS x_ChargeCount
FROM exported
