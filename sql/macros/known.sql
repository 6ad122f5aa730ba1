-- Text, or null where the export wrote something that only stands for null.
--
-- params: x
--
-- The FOCUS sample has the literal NULL; AWS's own FOCUS export wraps some names in a
-- second pair of quotes. list_contains and not IN: of five words or more DuckDB makes a
-- join, which then runs even when nobody asks for the column.
SELECT
    CASE
        WHEN
            NOT list_contains(
                ['', 'NULL', 'null', 'N/A', 'n/a'], trim($x::VARCHAR, ' "')
            )
            THEN trim($x::VARCHAR, ' "')
    END
