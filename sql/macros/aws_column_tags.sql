-- FOCUS tags from the tag columns of a legacy report, given as the text of an object.
--
-- params: tag_columns
SELECT
    regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    $tag_columns, '"[a-z0-9_]+":(null|""),?', '', 'g'
                ),
                ',[}]$', '}'
            ),
            '([{,])"resource_tags_user_', '\1"', 'g'
        ),
        '([{,])"resource_tags_aws_', '\1"aws:', 'g'
    )::JSON
