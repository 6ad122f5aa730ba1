-- FOCUS tags from AWS's: people's own keys bare, AWS's as aws:key, blanks left out.
--
-- params: tag_columns, tag_map
--
-- A legacy report has one column per key that anyone uses, so a blank there means that
-- this resource has no such tag; CUR 2.0 has a map. The columns come as the text of a
-- JSON object: its keys are column names, so a quote inside a value, which JSON
-- escapes, cannot be taken for the start of one. Going over a map would take five times
-- as long.
SELECT
    CASE
        WHEN
            $tag_map IS NULL OR cardinality($tag_map) = 0
            THEN aws_column_tags($tag_columns)
        WHEN aws_column_tags($tag_columns)::VARCHAR = '{}' THEN aws_map_tags($tag_map)
        ELSE json_merge_patch(aws_column_tags($tag_columns), aws_map_tags($tag_map))
    END
