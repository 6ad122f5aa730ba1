-- Text that begins with a day and a month, with the month before the day.
--
-- params: x
SELECT regexp_replace($x, '^\s*(\d{1,2})[/-](\d{1,2})[/-](\d{4})', '\2/\1/\3')
