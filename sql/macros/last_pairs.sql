-- A map of text to text from a JSON object that has a key several times: the last wins.
--
-- params: x
SELECT
    CASE
        WHEN json_type($x) = 'OBJECT'
            THEN map_from_entries([
                {
                    'key': json_keys($x)[i],
                    'value': json_extract_string($x, '$.*')[i]
                }
                FOR i IN range(1, len(json_keys($x))::BIGINT + 1)
                IF NOT list_contains(json_keys($x)[i + 1:], json_keys($x)[i])
            ])
    END
