-- Tags as a map of text, for tags['key'] as well as tags->>'key'.
--
-- params: tags
--
-- A map has each key once: of a key that an object has several times, the last wins.
SELECT
    CASE
        WHEN len(json_keys($tags)) = len(list_distinct(json_keys($tags)))
            THEN try_cast($tags AS MAP (VARCHAR, VARCHAR))
        ELSE last_pairs($tags)
    END
