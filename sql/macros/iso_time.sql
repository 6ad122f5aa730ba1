-- A time in ISO 8601 from text that a spreadsheet may have rewritten: in US order,
-- padded or not, or with a leap second. What is neither stays as it is.
--
-- params: x
SELECT
    CASE
        WHEN contains($x, '/') AND regexp_matches($x, '^\d+/\d+/\d{4}\b')
            THEN coalesce(
                strftime(
                    try_strptime(
                        $x,
                        [
                            '%m/%d/%Y', '%m/%d/%Y %H:%M', '%m/%d/%Y %H:%M:%S',
                            '%m/%d/%Y %I:%M %p', '%m/%d/%Y %I:%M:%S %p'
                        ]
                    ), '%Y-%m-%dT%H:%M:%SZ'
                ), $x
            )
        WHEN contains($x, ':59:60') THEN replace($x, ':59:60', ':59:59')
        ELSE $x
    END
