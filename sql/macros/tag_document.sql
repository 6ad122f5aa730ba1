-- Tags as a JSON object, whatever the export has them in.
--
-- params: x
--
-- Google's FOCUS table lists them, each with a key and a value.
SELECT
    CASE
        WHEN trim($x::VARCHAR)[1] <> '[' THEN document($x)
        ELSE object_of(json_transform(
            CASE
                WHEN typeof($x) = 'VARCHAR' THEN try_cast($x::VARCHAR AS JSON)
                ELSE to_json($x)
            END,
            '[{"key": "VARCHAR", "value": "VARCHAR"}]'
        ))::JSON
    END
