-- A moment in UTC without a zone, so that no session's time zone can move it.
--
-- params: x
--
-- Text without a zone means UTC. The offset of text that has one is applied by hand:
-- DuckDB drops it, or applies the session's, depending on the type cast to.
SELECT
    CASE typeof($x)
        WHEN 'TIMESTAMP WITH TIME ZONE'
            THEN $x::TIMESTAMPTZ AT TIME ZONE 'UTC'
        WHEN 'VARCHAR'
            THEN if(
                regexp_matches($x::VARCHAR, '[+-]\d\d:\d\d$'),
                try_cast($x::VARCHAR AS TIMESTAMPTZ) AT TIME ZONE 'UTC',
                try_cast(
                    regexp_replace($x::VARCHAR, '( [+]0000)?( UTC)?Z?$', '')
                    AS TIMESTAMP
                )
            )
        ELSE try_cast($x AS TIMESTAMP)
    END
