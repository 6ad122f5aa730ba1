-- A map of text to text, from a map or from the JSON that a CSV holds.
--
-- params: x
--
-- Some releases of DuckDB refuse an object that has a key several times, others make a
-- map of it all the same: see macros/aws_map_tags.
SELECT
    CASE typeof($x)
        WHEN 'VARCHAR'
            THEN coalesce(
                try(try_cast($x::VARCHAR AS JSON)::MAP (VARCHAR, VARCHAR)),
                try(last_pairs(try_cast($x::VARCHAR AS JSON)))
            )
        ELSE $x::MAP (VARCHAR, VARCHAR)
    END
