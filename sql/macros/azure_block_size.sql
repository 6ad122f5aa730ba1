-- How many units an Azure price is for: 10 of "10 Hours", 10000 of "10K", else 1.
--
-- params: x
SELECT
    greatest(
        coalesce(
            try_cast(regexp_extract($x, '^\s*(\d+)', 1) AS DECIMAL(18, 0)), 1
        ) * CASE regexp_extract($x, '^\s*\d+\s*([KM])(?:\s|/|$)', 1)
            WHEN 'K' THEN 1000
            WHEN 'M' THEN 1000000
            ELSE 1
        END, 1
    )::DECIMAL(18, 0)
