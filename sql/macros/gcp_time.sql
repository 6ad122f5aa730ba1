-- A moment of a Google export, as text or as the seconds that its API counts.
--
-- params: x
--
-- BigQuery's API gives "1.7566668E9", its JSON "2025-08-31 19:00:00 UTC".
SELECT
    CASE
        WHEN regexp_full_match($x, '[0-9]+([.][0-9]+)?([eE][+]?[0-9]+)?')
            THEN make_timestamp((try_cast($x AS DECIMAL(38, 18)) * 1000000)::BIGINT)
        ELSE instant($x)
    END
