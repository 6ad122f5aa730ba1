-- Tags as a map of text, so that both tags['key'] and tags->>'key' can be asked.
--
-- params: tags
--
-- A map has each key once; an object that has one twice is no proper object, and null.
SELECT
    CASE
        WHEN len(json_keys($tags)) = len(list_distinct(json_keys($tags)))
            THEN try_cast($tags AS MAP (VARCHAR, VARCHAR))
    END
