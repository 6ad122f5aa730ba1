-- A time in ISO 8601 and UTC from text in any of the ways of written_time, or with a
-- leap second or another zone. What is none stays as it is.
--
-- params: x
SELECT
    CASE
        WHEN NOT starts_with($x, '20') OR $x[5] <> '-'
            THEN coalesce(strftime(written_time($x), '%Y-%m-%dT%H:%M:%SZ'), $x)
        WHEN contains($x, ':59:60') THEN replace($x, ':59:60', ':59:59')
        WHEN $x[-6] IN ('+', '-') AND $x[-3] = ':' AND NOT ends_with($x, '00:00')
            THEN
                coalesce(
                    strftime(
                        try_cast($x AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
                        '%Y-%m-%dT%H:%M:%S.%fZ'
                    ), $x
                )
        ELSE $x
    END
