-- FOCUS tags from the tag map of CUR 2.0.
--
-- params: tag_map
SELECT
    to_json(map_from_entries([
        {
            'key': regexp_replace(
                regexp_replace(tag['key'], '^user_', ''), '^aws_', 'aws:'
            ),
            'value': tag['value']
        }
        FOR tag IN map_entries($tag_map) IF tag['value'] <> ''
    ]))
