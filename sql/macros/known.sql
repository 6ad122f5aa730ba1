-- Text, or null where the export wrote something that only stands for null.
--
-- params: x
--
-- The FOCUS sample has the literal NULL; AWS's own FOCUS export wraps some names in a
-- second pair of quotes. Of a list of five words or more DuckDB makes a join, which
-- then runs even when nobody asks for the column: hence no IN and no list_contains.
-- Text that begins with neither blank nor quotation mark, which come first in ASCII,
-- and ends with neither is not trimmed: that costs ten times what asking does.
SELECT
    CASE
        WHEN
            strlen($x::VARCHAR) > 4 AND $x::VARCHAR >= '#'
            AND NOT ends_with($x::VARCHAR, ' ') AND NOT ends_with($x::VARCHAR, '"')
            THEN $x::VARCHAR
        WHEN
            strlen(trim($x::VARCHAR, ' "')) <= 4
            AND instr(
                '  NULL null N/A n/a ', ' ' || trim($x::VARCHAR, ' "') || ' '
            ) > 0
            THEN NULL
        ELSE trim($x::VARCHAR, ' "')
    END
