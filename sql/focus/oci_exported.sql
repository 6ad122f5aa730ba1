-- Lines of OCI cost reports as they stand in the lake.
--
-- grain:  report line
-- reads:  raw.oci_cost
-- params: files
--
-- Columns that a report lacks come from raw.oci_cost, which is always empty.
WITH exported AS NOT MATERIALIZED (
    FROM
        read_parquet(
            $files, union_by_name = TRUE,
            hive_partitioning = TRUE, hive_types_autocast = FALSE
        )
    UNION ALL BY NAME
    FROM raw.oci_cost
)

SELECT
    *,
    1::BIGINT AS x_ChargeCount
FROM exported
