-- The first day of an invoice month that is written as 202511.
--
-- params: x
--
-- A program that reads it as a number may have given it a decimal.
SELECT regexp_replace($x, '^(20[0-9]{2})(0[1-9]|1[0-2])([.]0)?$', '\1-\2-01')
