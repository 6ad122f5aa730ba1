-- Rows of Google billing exports, standard and detailed, as they stand in the lake.
--
-- grain:  export row
-- reads:  raw.gcp_billing
-- params: files
--
-- Columns that an export lacks come from raw.gcp_billing, which is always empty.
WITH exported AS NOT MATERIALIZED (
    FROM
        read_parquet(
            $files, union_by_name = TRUE,
            hive_partitioning = TRUE, hive_types_autocast = FALSE
        )
    UNION ALL BY NAME
    FROM raw.gcp_billing
)

SELECT
    *,
    1::BIGINT AS x_ChargeCount
FROM exported
