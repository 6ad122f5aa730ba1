-- FOCUS tags from AWS's: people's own keys bare, AWS's keys as aws:key, blanks left out.
--
-- params: tags
--
-- A legacy report has one column per key that anyone uses, so a blank there means that
-- this resource has no such tag.
SELECT
    to_json(map_from_entries([
        {
            'key': regexp_replace(
                regexp_replace(tag.key, '^(resource_tags_)?user_', ''),
                '^(resource_tags_)?aws_', 'aws:'
            ),
            'value': tag.value
        }
        FOR tag IN map_entries($tags) IF tag.value <> ''
    ]))
