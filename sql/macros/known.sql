-- Text, or null where the export wrote something that only stands for null.
--
-- params: x
--
-- The FOCUS sample has the literal NULL; AWS's own FOCUS export wraps some names in a
-- second pair of quotes.
SELECT
    CASE
        WHEN trim($x::VARCHAR, ' "') IN ('', 'NULL', 'null', 'N/A', 'n/a') THEN NULL
        ELSE trim($x::VARCHAR, ' "')
    END
