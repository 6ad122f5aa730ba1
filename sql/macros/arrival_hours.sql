-- The bucket of an arrival curve, by the hours since a day's end: its lower end.
--
-- params: x
--
-- Asked once for each series and day, where a filter over a list takes most of a run.
SELECT
    CASE
        WHEN $x >= 720 THEN 720
        WHEN $x >= 504 THEN 504
        WHEN $x >= 336 THEN 336
        WHEN $x >= 240 THEN 240
        WHEN $x >= 168 THEN 168
        WHEN $x >= 120 THEN 120
        WHEN $x >= 96 THEN 96
        WHEN $x >= 72 THEN 72
        WHEN $x >= 60 THEN 60
        WHEN $x >= 48 THEN 48
        WHEN $x >= 36 THEN 36
        WHEN $x >= 30 THEN 30
        WHEN $x >= 24 THEN 24
        WHEN $x >= 18 THEN 18
        WHEN $x >= 12 THEN 12
        WHEN $x >= 9 THEN 9
        WHEN $x >= 6 THEN 6
        WHEN $x >= 3 THEN 3
        WHEN $x >= 0 THEN 0
        WHEN $x >= -6 THEN -6
        WHEN $x >= -12 THEN -12
        WHEN $x >= -24 THEN -24
    END
