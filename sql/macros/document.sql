-- A JSON object from a map, a struct or text; null where it is none.
--
-- params: x
--
-- Azure writes tags without the braces.
SELECT
    CASE
        WHEN typeof($x) NOT IN ('VARCHAR', 'JSON') THEN to_json($x)
        WHEN known($x) IS NULL THEN NULL
        WHEN trim($x::VARCHAR)[1] = '{' THEN try_cast($x::VARCHAR AS JSON)
        ELSE try_cast('{' || $x::VARCHAR || '}' AS JSON)
    END
