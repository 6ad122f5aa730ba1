-- FOCUS tags from the tag map of CUR 2.0.
--
-- params: tag_map
--
-- A key may be there several times, or under two names that become one: DuckDB refuses
-- a map of those, and then the last one wins.
SELECT
    coalesce(
        try(to_json(map_from_entries(aws_named_tags($tag_map)))),
        to_json(map_from_entries([
            tag FOR tag, i IN aws_named_tags($tag_map)
            IF NOT list_contains(
                [later['key'] FOR later IN aws_named_tags($tag_map)[i + 1:]],
                tag['key']
            )
        ]))
    )
