-- The lines of an Azure cost export in the shape of the lake, and where they lie.
--
-- grain:  export line
-- reads:  nothing but the files
-- params: files
FROM
    read_parquet(
        $files, union_by_name = TRUE, filename = TRUE, file_row_number = TRUE
    )
