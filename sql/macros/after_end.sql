-- The exclusive end of a period whose last second the export may have stated instead.
--
-- params: x
SELECT if(extract(SECOND FROM $x) = 59, $x + INTERVAL 1 SECOND, $x)
