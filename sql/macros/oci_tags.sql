-- FOCUS tags from the tag columns of an OCI report, given as the text of an object.
--
-- params: tag_columns
--
-- Each is called tags/Namespace.Key; what a resource does not have is null. A quote
-- within a value is escaped, so it cannot be taken for the start of a name.
SELECT
    json_merge_patch(
        '{}', regexp_replace($tag_columns, '([{,])"tags/', '\1"', 'g')::JSON
    )
