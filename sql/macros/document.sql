-- A JSON object from a map, a struct or text; null where it is none.
--
-- params: x
--
-- Azure writes tags without the braces.
SELECT
    CASE
        WHEN typeof($x) IN ('VARCHAR', 'JSON') THEN try_cast(
            if(
                trim($x::VARCHAR)[1] = '{',
                $x::VARCHAR,
                nullif('{' || known($x::VARCHAR) || '}', '{}')
            ) AS JSON
        )
        ELSE to_json($x)
    END
