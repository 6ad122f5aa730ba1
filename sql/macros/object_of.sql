-- The text of a JSON object from a list of keys and values.
--
-- params: pairs
--
-- A tag may have no value: FOCUS then wants true.
SELECT
    '{' || list_aggregate(
        list_transform(
            $pairs,
            LAMBDA p: to_json(p['key'])::VARCHAR || ':'
            || coalesce(to_json(nullif(p['value'], ''))::VARCHAR, 'true')
        ), 'string_agg', ','
    ) || '}'
