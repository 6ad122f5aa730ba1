-- Tags as a map of text, for tags['key'] as well as tags->>'key'.
--
-- params: tags
--
-- A map has each key once; an object that has one twice is no proper object, and null.
SELECT
    CASE
        WHEN len(json_keys($tags)) = len(list_distinct(json_keys($tags)))
            THEN try_cast($tags AS MAP (VARCHAR, VARCHAR))
    END
