-- Text that begins with a day and a month, with the month before the day.
--
-- params: x
SELECT
    regexp_replace(
        regexp_replace($x, '^\s*(\d{1,2})[/-](\d{1,2})[/-](\d{4})', '\2/\1/\3'),
        '^\s*(\d{1,2})/(\d{1,2})/([2-4]\d)(\s|$)', '\2/\1/\3\4'
    )
