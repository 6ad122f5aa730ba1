-- A map of text to text, from a map or from the JSON that a CSV holds.
--
-- params: x
SELECT
    CASE typeof($x)
        WHEN 'VARCHAR'
            THEN try_cast(
                try_cast($x::VARCHAR AS JSON) AS MAP (VARCHAR, VARCHAR)
            )
        ELSE $x::MAP (VARCHAR, VARCHAR)
    END
