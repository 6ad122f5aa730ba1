-- The same for the time at which a billing period begins. That is a first of a month,
-- so that a day that comes before its month does not pass for another month.
--
-- params: x
SELECT
    if(
        contains($x, '/') AND day(try_cast(iso_time($x) AS TIMESTAMP)) <> 1,
        $x, iso_time($x)
    )
