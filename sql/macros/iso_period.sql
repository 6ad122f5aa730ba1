-- The same for the time at which a billing period begins. That is a first of a month,
-- so that a day that comes before its month does not pass for another month.
--
-- params: x
SELECT
    if(
        (NOT starts_with($x, '20') OR $x[5] <> '-') AND day(written_time($x)) <> 1,
        $x, iso_time($x)
    )
