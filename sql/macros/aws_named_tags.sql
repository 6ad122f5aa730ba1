-- The entries of CUR 2.0's tag map under the keys that FOCUS wants, blanks left out.
--
-- params: tag_map
SELECT
    [
        {
            'key': regexp_replace(
                regexp_replace(tag['key'], '^user_', ''), '^aws_', 'aws:'
            ),
            'value': tag['value']
        }
        FOR tag IN map_entries($tag_map) IF tag['value'] <> ''
    ]
