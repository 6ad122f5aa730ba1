-- What keeps lake files from being read together: maps, and floating-point numbers.
--
-- grain:  file
-- reads:  -
-- params: files
--
-- DuckDB finds one type per column for all files of a scan. A map and a JSON text have
-- none in common, and doubles would cost the decimals of a CSV their last digits.
SELECT
    file_name,
    bool_or(type IN ('DOUBLE', 'FLOAT')) AS has_doubles,
    list_sort(list(name) FILTER (WHERE converted_type IN ('MAP', 'LIST'))) AS nested
FROM parquet_schema($files)
GROUP BY ALL
