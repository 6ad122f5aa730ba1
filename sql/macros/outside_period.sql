-- Whether a charge has no end, lasts no time, or begins more than a day outside its
-- billing period.
--
-- params: starts, ends, period_starts, period_ends
SELECT
    $ends IS NULL
    OR $ends <= $starts
    OR $starts > $period_ends + INTERVAL 1 DAY
    OR $starts < $period_starts - INTERVAL 1 DAY
