-- A FOCUS enumeration value in the specification's spelling.
--
-- params: x
--
-- Google's published FOCUS view writes them in lower case.
SELECT
    CASE lower(known($x))
        WHEN 'usage-based' THEN 'Usage-Based'
        WHEN 'one-time' THEN 'One-Time'
        ELSE upper(known($x)[1]) || lower(known($x)[2:])
    END
