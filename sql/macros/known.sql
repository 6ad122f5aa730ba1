-- Text, or null where the export wrote something that only stands for null.
--
-- params: x
--
-- The FOCUS sample has the literal NULL; AWS's own FOCUS export wraps some names in a
-- second pair of quotes. Of a list of five words or more DuckDB makes a join, which
-- then runs even when nobody asks for the column: hence no IN and no list_contains.
-- Where no text is as short as these words, a Parquet column's dictionary passes whole.
SELECT
    CASE
        WHEN
            strlen(trim($x::VARCHAR, ' "')) <= 4
            AND instr(
                '  NULL null N/A n/a ', ' ' || trim($x::VARCHAR, ' "') || ' '
            ) > 0
            THEN NULL
        ELSE trim($x::VARCHAR, ' "')
    END
